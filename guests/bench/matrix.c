// Double-precision matrix product and a relaxation.
#include "work.h"

enum { N = 192 };
static double a[N][N], b[N][N], c[N][N];

u64 work(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = 1.0 / (i + j + 1);
            b[i][j] = i - 0.5 * j;
        }
    for (int round = 0; round < 160; round++) {
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++) {
                double x = a[i][k];
                for (int j = 0; j < N; j++)
                    c[i][j] += x * b[k][j];
            }
        for (int i = 1; i < N - 1; i++)
            for (int j = 1; j < N - 1; j++)
                a[i][j] = (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1]) / 4.0 + c[i][j] * 1e-9;
    }
    double sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            sum += c[i][j] + a[i][j];
    union { double d; u64 u; } bits = {sum};
    return bits.u;
}
