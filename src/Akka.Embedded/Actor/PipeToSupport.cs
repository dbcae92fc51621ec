namespace Akka.Actor;

/// <summary>Sends what a task yields to an actor: its result, or a <see cref="Status.Failure"/>.</summary>
public static class PipeToSupport
{
    /// <summary>Sends the result of <paramref name="taskToPipe"/> to <paramref name="recipient"/>.</summary>
    /// <param name="taskToPipe">The task.</param>
    /// <param name="recipient">Who gets the result.</param>
    /// <param name="sender">Who is named as sender; null means the actor that runs now.</param>
    /// <param name="success">Makes the message of the result; null means the result itself.</param>
    /// <param name="failure">Makes the message of the exception; null means <see cref="Status.Failure"/>.</param>
    public static Task PipeTo<T>(
        this Task<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe, recipient, false, sender, success, failure);

    /// <summary>Sends the result of <paramref name="taskToPipe"/> to <paramref name="recipient"/>.</summary>
    public static Task PipeTo<T>(
        this Task<T> taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, useConfigureAwait, sender ?? ActorCell.Current?.Self, success, failure);

    /// <summary>Sends a message to <paramref name="recipient"/> when <paramref name="taskToPipe"/> has completed: nothing on success, unless <paramref name="success"/> makes one.</summary>
    public static Task PipeTo(
        this Task taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe, recipient, false, sender, success, failure);

    /// <summary>Sends a message to <paramref name="recipient"/> when <paramref name="taskToPipe"/> has completed.</summary>
    public static Task PipeTo(
        this Task taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, useConfigureAwait, sender ?? ActorCell.Current?.Self, success, failure);

    /// <summary>Sends the result of <paramref name="taskToPipe"/> to <paramref name="recipient"/>.</summary>
    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, false, sender, success, failure);

    /// <summary>Sends the result of <paramref name="taskToPipe"/> to <paramref name="recipient"/>.</summary>
    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, useConfigureAwait, sender, success, failure);

    /// <summary>Sends a message to <paramref name="recipient"/> when <paramref name="taskToPipe"/> has completed.</summary>
    public static Task PipeTo(
        this ValueTask taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, false, sender, success, failure);

    /// <summary>Sends a message to <paramref name="recipient"/> when <paramref name="taskToPipe"/> has completed.</summary>
    public static Task PipeTo(
        this ValueTask taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, useConfigureAwait, sender, success, failure);

    private static async Task Pipe<T>(
        Task<T> task, ICanTell recipient, bool captureContext, IActorRef? sender, Func<T, object>? success, Func<Exception, object>? failure)
    {
        try
        {
            var result = await task.ConfigureAwait(captureContext);
            recipient.Tell(success is null ? result! : success(result), sender);
        }
        catch (Exception e)
        {
            recipient.Tell(failure is null ? new Status.Failure(e) : failure(e), sender);
        }
    }

    private static async Task Pipe(
        Task task, ICanTell recipient, bool captureContext, IActorRef? sender, Func<object>? success, Func<Exception, object>? failure)
    {
        try
        {
            await task.ConfigureAwait(captureContext);
            if (success is not null)
                recipient.Tell(success(), sender);
        }
        catch (Exception e)
        {
            recipient.Tell(failure is null ? new Status.Failure(e) : failure(e), sender);
        }
    }
}
