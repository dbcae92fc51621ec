using System.Net;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>One request that changes something, and how it is seen that it was carried out.</summary>
/// <param name="Route">The route that it is of, as the API's description has it.</param>
/// <param name="AskAsync">Asks once.</param>
/// <param name="HoldsAsync">Whether it is carried out now.</param>
internal sealed record AcceptedChange(string Route, Func<Task<(HttpStatusCode? Status, string Body)>> AskAsync, Func<Task<bool>> HoldsAsync)
{
    /// <summary>What has to be so before it is asked for.</summary>
    public Func<Task> PrepareAsync { get; init; } = () => Task.CompletedTask;

    /// <summary>What is to be done as soon as the controller is killed.</summary>
    public Action Killed { get; init; } = () => { };
}
