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

    /// <summary>Whether the bar is a ceiling.</summary>
    bool LessIsBetter => false;

    /// <summary>How often it is run, after one run that warms up and does not count; the median is held against the bar.</summary>
    int Rounds { get; }

    /// <summary>Runs it once.</summary>
    /// <returns>The result, in <see cref="Unit"/>.</returns>
    Task<double> RunAsync();
}
