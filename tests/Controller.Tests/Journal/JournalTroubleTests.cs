using Microsoft.Data.Sqlite;
using Trapline.Controller.Journal;

namespace Trapline.Controller.Tests.Journal;

/// <summary>What people read when the journal fails: what the database says, and what to do.</summary>
public sealed class JournalTroubleTests
{
    [Theory]
    [InlineData(8, "attempt to write a readonly database", "look at their owner and rights")]
    [InlineData(14, "unable to open database file", "look at their owner and rights")]
    [InlineData(10, "disk I/O error", "look at the disk of the journal")]
    [InlineData(11, "database disk image is malformed", "bring back a copy")]
    [InlineData(13, "database or disk is full", "make room")]
    public void What_sqlite_says_has_its_remedy_behind_it(int code, string words, string remedy)
    {
        var thrown = new InvalidOperationException("the recovery failed", new SqliteException($"SQLite Error {code}: '{words}'.", code));
        var told = JournalTrouble.Describe("the journal cannot be read", thrown);
        Assert.StartsWith($"the journal cannot be read (SQLite Error {code}: '{words}'.): ", told, StringComparison.Ordinal);
        Assert.Contains(remedy, told, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told);
    }

    [Theory]
    [InlineData("SQLite Error 5: 'database is locked'.")]
    [InlineData("SQLite Error ")]
    [InlineData("SQLite Error x: y")]
    [InlineData("Exception while reading from stream")]
    [InlineData("")]
    public void What_speaks_for_itself_is_left_as_it_is(string words) =>
        Assert.Equal($"the journal cannot be written ({words})", JournalTrouble.Describe("the journal cannot be written", new InvalidOperationException(words)));
}
