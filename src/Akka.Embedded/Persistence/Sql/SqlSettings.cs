using Akka.Configuration;
using Akka.Persistence.Sql.Db;

namespace Akka.Persistence.Sql;

/// <summary>What both SQL plug-ins are told: which database, and how tables come to be.</summary>
internal sealed record SqlSettings(
    SqlDialect Dialect, bool AutoInitialize, bool WarnOnAutoInitFail, string? Serializer, string? Schema)
{
    /// <summary>How long a plug-in that stops waits for what it still has to write or read.</summary>
    public static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private static readonly Config Defaults =
        ConfigurationFactory.FromResource("Akka.Persistence.Sql.reference.conf", typeof(SqlSettings).Assembly);

    /// <summary>A plug-in's settings with the defaults of its kind behind them.</summary>
    public static Config WithDefaults(Config config, string kind) =>
        config.WithFallback(Defaults.GetConfig($"akka.persistence.{kind}.sql"));

    /// <summary>Reads the settings.</summary>
    public static SqlSettings Read(Config config)
    {
        var connection = Required(config, "connection-string");
        var dialect = Required(config, "provider-name") switch
        {
            var p when p.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase) => (SqlDialect)new SqliteDialect(connection),
            var p when p.StartsWith("PostgreSQL", StringComparison.OrdinalIgnoreCase) => new PostgresDialect(connection),
            _ => throw config.GetValue("provider-name").Unexpected("a provider name that starts with SQLite or PostgreSQL"),
        };
        return new SqlSettings(
            dialect,
            config.GetBoolean("auto-initialize", true),
            config.GetBoolean("warn-on-auto-init-fail", true),
            config.GetString("serializer"),
            Mapping(config).GetString("schema-name"));
    }

    /// <summary>The section with the names of tables and columns.</summary>
    public static Config Mapping(Config config)
    {
        var mapping = config.GetString("table-mapping", "default");
        return mapping == "default"
            ? config.GetConfig("default")
            : throw config.GetValue("table-mapping").Unexpected("default, the only table mapping of this runtime");
    }

    /// <summary>Reads a whole number of at least 1.</summary>
    public static int Positive(Config config, string path)
    {
        var value = config.GetInt(path);
        return value > 0 ? value : throw config.GetValue(path).Unexpected("a whole number of at least 1");
    }

    private static string Required(Config config, string path)
    {
        var value = config.GetString(path);
        return string.IsNullOrWhiteSpace(value)
            ? throw new ConfigurationException($"The SQL plug-in needs {path}; it is missing or empty.") : value;
    }
}
