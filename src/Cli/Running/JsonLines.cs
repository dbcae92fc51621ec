using System.Text.Json;
using Trapline.Cli.Output;

namespace Trapline.Cli.Running;

/// <summary>Writes what a guest prints as lines of JSON, each with the bytes that came together. One thread.</summary>
/// <param name="output">Where the lines go.</param>
internal sealed class JsonLines(Stream output) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        output.Write((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(new ConsoleLine(buffer[offset..(offset + count)]), CompactJson.Default.ConsoleLine), (byte)'\n']);

    /// <inheritdoc/>
    public override void Flush() => output.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
