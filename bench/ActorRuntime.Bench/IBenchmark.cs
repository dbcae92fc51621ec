namespace Trapline.ActorRuntime.Bench;

/// <summary>Something that is measured against a bar.</summary>
internal interface IBenchmark
{
    /// <summary>The name by which it is chosen on the command line.</summary>
    string Name { get; }

    /// <summary>What is counted, such as messages/s.</summary>
    string Unit { get; }

    /// <summary>What has to be reached.</summary>
    double Bar { get; }

    /// <summary>How often it is run; the best result counts, because the first ones run cold code.</summary>
    int Rounds { get; }

    /// <summary>Runs it once.</summary>
    /// <returns>The result, in <see cref="Unit"/>.</returns>
    Task<double> RunAsync();
}
