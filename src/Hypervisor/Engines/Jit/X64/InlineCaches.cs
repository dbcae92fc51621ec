using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// The inline caches of indirect jumps and calls in regions: the guest address that one went to last when it was asked, and a direct jump to its code.
/// <code>
///     MOV  RAX, target          written anew each time that the cache is set; 1 at first, which no address equals
///     CMP  RDX, RAX             JNE other
///     CMP  link key, key        JNE other         the address means what it meant then
///     JMP or CALL code
///   other:
///     DEC  patience             JS  ask           then through the jump table
/// </code>
/// What does not match goes through the <see cref="JumpTable"/>, and often enough through C#, which sets the cache to where the jump goes now: at the
/// first miss, and then after more and more of them, so that a jump with many targets costs nothing by that, and one that has changed its target is
/// found. The code is an entry, which is rewritten when it is dropped or replaced; so a cache is as good as a linked direct jump (see <see cref="HostStack"/>).
/// </summary>
internal sealed unsafe class InlineCaches
{
    /// <summary>In place of the target at first: no address is odd.</summary>
    public const int NoTarget = 1;

    /// <summary>In place of the key at first: none equals it.</summary>
    public const int NoKey = int.MinValue;

    /// <summary>Bytes of the patience of all caches, which generated code counts down.</summary>
    public const int PatienceBytes = Most * sizeof(int);

    // What is beyond goes through the jump table.
    private const int Most = 16384;
    private const int FirstPatience = 32;
    private const int PatienceShift = 2;
    private const int LongestPatience = 1 << 20;

    private readonly List<Cache> _caches = [];
    private int* _patience;

    /// <summary>What is learned about jumps of the page that is being translated.</summary>
    public LearnedTargets? Learned { get; set; }

    /// <summary>Forgets all: code memory is empty.</summary>
    /// <param name="patience">Where patience is counted.</param>
    public void Clear(nint patience)
    {
        _caches.Clear();
        _patience = (int*)patience;
    }

    /// <summary>Adds one if there is room.</summary>
    /// <param name="pc">Where the guest jumps.</param>
    /// <param name="number">Its number.</param>
    public bool TryAdd(ulong pc, out int number)
    {
        number = _caches.Count;
        if (number == Most)
            return false;
        _caches.Add(new Cache(pc, 0, 0, 0, Learned));
        // SAFETY: the number is below the most that there are.
        _patience[number] = 0;
        return true;
    }

    /// <summary>Says where the changing parts of one stand: the target, the key, and the distance of the jump or call.</summary>
    public void Place(int number, int target, int key, int site) => _caches[number] = _caches[number] with { Target = target, Key = key, Site = site };

    /// <summary>Sets one that was asked about. Nobody executes code meanwhile.</summary>
    /// <param name="code">Code memory.</param>
    /// <param name="number">Which.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="position">The code there.</param>
    /// <param name="key">Names the present meaning of addresses.</param>
    public void Set(Assembler code, int number, ulong target, int position, uint key)
    {
        Cache cache = _caches[number];
        code.Patch32(cache.Target, (int)target);
        code.Patch32(cache.Target + 4, (int)(target >> 32));
        code.Patch32(cache.Key, (int)key);
        code.Patch32(cache.Site, position - cache.Site - 4);
        cache.Learned?.Add(cache.Pc, target);
        // SAFETY: as above.
        _patience[number] = Math.Min(FirstPatience << (PatienceShift * cache.Times), LongestPatience);
        _caches[number] = cache with { Times = Math.Min(cache.Times + 1, 8) };
    }

    private readonly record struct Cache(ulong Pc, int Target, int Key, int Site, LearnedTargets? Learned, int Times = 0);
}
