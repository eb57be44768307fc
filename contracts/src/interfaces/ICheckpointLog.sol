// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The anchor of a transparency log
/// @notice Keeps the checkpoints of an append-only log (C2SP tlog-checkpoint: origin, size, root) such that nobody, the
/// operator included, can have a history rewritten: a checkpoint is accepted only with a proof, verified here, that it
/// extends the one before (RFC 9162 section 2.1.4), and what was accepted stays.
///
/// Every log begins at size 0 with the root of the empty tree, SHA-256(""), accepted when the log is opened. So the
/// first checkpoint that is submitted grows from size 0: its proof is empty, its root is taken as given, its size is
/// bounded.
///
/// When the data of a log is lost it can no longer be extended by anybody. A successor, with an origin of its own, may
/// then be opened after a delay that everybody can watch, and names the last accepted checkpoint of the log it follows.
/// Logs are numbered from 0; only the last one grows, the others stay readable for ever.
///
/// What is shown for an accepted checkpoint is that it extends the ones before it, not that its new part is good: a
/// submitter can add leaves nobody knows, or name a size that the new part does not have. Old entries stay where they
/// are, the damage is bounded by the growth allowed at once, and a log that its writer cannot extend any more needs a
/// successor.
///
/// Who may call what is decided by an OpenZeppelin AccessManager. Its administrator chooses who submits; neither the
/// administrator nor anybody else can alter, remove or replace an accepted checkpoint, the bound on growth or the
/// delay.
interface ICheckpointLog {
    /// @notice The latest accepted checkpoint.
    /// @param log Number of the log.
    /// @param size Number of entries of the tree.
    /// @param root Root of the tree, RFC 6962 with SHA-256.
    /// @param acceptedAt Time of the block that accepted it, in seconds since 1970.
    /// @param acceptedIn Number of the block that accepted it.
    struct Checkpoint {
        uint32 log;
        uint64 size;
        bytes32 root;
        uint64 acceptedAt;
        uint64 acceptedIn;
    }

    /// @notice A successor that waits for its delay to pass.
    /// @param origin Origin of the successor.
    /// @param size Size of the last accepted checkpoint of the log that it follows.
    /// @param root Root of that checkpoint.
    /// @param opensAt Time from which it may be opened, in seconds since 1970; 0 when none waits.
    struct Successor {
        string origin;
        uint64 size;
        bytes32 root;
        uint64 opensAt;
    }

    /// @notice A log was opened: its empty tree is accepted, and for number 0 no predecessor is named (size 0, root 0).
    event LogOpened(uint32 indexed log, string origin, uint64 predecessorSize, bytes32 predecessorRoot);
    /// @notice A checkpoint was accepted after its consistency was verified, or as the empty tree of a log just opened.
    /// The block that carries this event is the lasting record of when: the root alone is kept in storage.
    event CheckpointAccepted(uint32 indexed log, uint64 indexed size, bytes32 root);
    /// @notice A successor was proposed, naming the last accepted checkpoint of `log`.
    event SuccessorProposed(uint32 indexed log, string origin, uint64 size, bytes32 root, uint64 opensAt);
    /// @notice The successor proposed for `log` was cancelled.
    event SuccessorCancelled(uint32 indexed log, string origin);

    /// @notice The bound on growth must not be 0.
    error ZeroMaxGrowth();
    /// @notice The delay of a successor must not be 0.
    error ZeroSuccessorDelay();
    /// @notice The origin is empty.
    error EmptyOrigin();
    /// @notice The origin names a log that is, or was, kept here.
    error OriginInUse(string origin);
    /// @notice `(log, size)` is not the latest checkpoint; `(latestLog, latestSize)` is.
    error NotLatest(uint32 log, uint64 size, uint32 latestLog, uint64 latestSize);
    /// @notice No root is 0.
    error ZeroRoot();
    /// @notice The root named is not that of the latest checkpoint.
    error WrongRoot(bytes32 root, bytes32 latestRoot);
    /// @notice The new size is not larger than the old.
    error NotGrowing(uint64 oldSize, uint64 newSize);
    /// @notice The log would grow by more entries at once than is allowed.
    error GrowthTooLarge(uint64 growth, uint64 maxGrowth);
    /// @notice The proof does not show that the new tree begins with the old one.
    error Inconsistent(uint64 oldSize, uint64 newSize, bytes32 newRoot);
    /// @notice No checkpoint of that size was accepted for that log.
    error UnknownCheckpoint(uint32 log, uint64 size);
    /// @notice No log has that number.
    error UnknownLog(uint32 log);
    /// @notice A successor waits already; it has to be cancelled first.
    error SuccessorPending(uint64 opensAt);
    /// @notice No successor waits.
    error NoSuccessor();
    /// @notice The delay has not passed.
    error TooEarly(uint64 opensAt);

    /// @notice Accepts the next checkpoint of the current log. Restricted to the submitter role.
    /// @dev Naming the checkpoint that is extended keeps a transaction meant for another state of the log from being
    /// taken for this one, and tells a submitter that is behind from one that is wrong.
    /// @param log Number of the current log.
    /// @param oldSize Size of the latest accepted checkpoint.
    /// @param newSize Size of the new one, larger by 1 to `maxGrowth()`.
    /// @param newRoot Root of the new one.
    /// @param proof Consistency proof from old to new, RFC 9162 section 2.1.4.1; empty when `oldSize` is 0.
    function submit(uint32 log, uint64 oldSize, uint64 newSize, bytes32 newRoot, bytes32[] calldata proof) external;

    /// @notice Announces a log that shall follow the current one after a loss. Restricted to the recovery role.
    /// @dev A checkpoint accepted while it waits shows that nothing was lost: it can then not be opened any more.
    /// @param newOrigin Origin of the successor, never used here before.
    /// @param lastSize Size of the latest accepted checkpoint.
    /// @param lastRoot Root of the latest accepted checkpoint.
    function proposeSuccessor(string calldata newOrigin, uint64 lastSize, bytes32 lastRoot) external;

    /// @notice Withdraws the successor that waits. Restricted to the guardian role.
    function cancelSuccessor() external;

    /// @notice Opens the successor that waits, once its delay has passed and if nothing was accepted since. The current
    /// log never grows again. Restricted to the recovery role.
    function openSuccessor() external;

    /// @notice Whether `entry` stands at `index` (from 0) of the tree of an accepted checkpoint.
    /// @dev Reverts with UnknownCheckpoint when no such checkpoint was accepted; otherwise answers, also to a malformed
    /// proof.
    /// @param log Number of the log.
    /// @param size Size of an accepted checkpoint, the latest or an older one.
    /// @param index Index of the entry.
    /// @param entry The 32 bytes of the entry; its leaf hash is SHA-256(0x00 || entry).
    /// @param proof Inclusion proof, RFC 9162 section 2.1.3.1.
    function verifyInclusion(uint32 log, uint64 size, uint64 index, bytes32 entry, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice The latest checkpoint of the current log.
    function latestCheckpoint() external view returns (Checkpoint memory);

    /// @notice The root of an accepted checkpoint, the latest or an older one. Reverts with UnknownCheckpoint when none
    /// of that size was accepted. When it was accepted is told by the event CheckpointAccepted of that log and size.
    function rootOf(uint32 log, uint64 size) external view returns (bytes32);

    /// @notice The origin of a log. Reverts with UnknownLog when there is none of that number.
    function originOf(uint32 log) external view returns (string memory);

    /// @notice The last checkpoint of log number `log - 1`, which `log` follows. Reverts with UnknownLog for number 0,
    /// which follows none, and when there is no log of that number.
    function predecessorOf(uint32 log) external view returns (uint64 size, bytes32 root);

    /// @notice The successor that waits; `opensAt` is 0 when none does.
    function pendingSuccessor() external view returns (Successor memory);

    /// @notice The largest number of entries by which one checkpoint may grow over the one before. Never changes.
    function maxGrowth() external view returns (uint64);

    /// @notice Seconds between the proposal of a successor and its opening. Never changes.
    function successorDelay() external view returns (uint32);
}
