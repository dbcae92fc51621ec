using System.Data.Common;

namespace Akka.Persistence.Sql.Db;

/// <summary>Commands with named parameters.</summary>
internal static class DbCommands
{
    /// <summary>Makes a command.</summary>
    public static DbCommand Command(
        this DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Executes a command that returns no rows.</summary>
    public static void Execute(
        this DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(transaction, text, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>Executes a command that returns one number, or none.</summary>
    public static long? Number(
        this DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(transaction, text, parameters);
        return command.ExecuteScalar() is long number ? number : null;
    }
}
