// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The roots that outside verifiers rely on
/// @notice Keeps, by kind, the roots of registries (grants, providers, trials, verifying keys) and says how fresh they
/// are. A verifier of a proof asks `isFresh` for the root that the proof names.
///
/// A root is fresh for a limited time after its publisher last stood by it: at most `maxAge` seconds, chosen by the
/// verifier, and at most the kind's heartbeat. So the latest root expires too unless it is published again in time: a
/// publisher that falls silent cannot keep an old state alive. A root that was replaced is not renewed, stays fresh for
/// what is left of its time, so that a proof made just before is not lost, and can never be published again.
///
/// A kind is named by 32 bytes, by custom a short ASCII name padded with zeros on the right. How a kind was opened
/// never changes: who publishes it (a role of the AccessManager), its heartbeat, whether its roots are field elements.
/// The administrator of the AccessManager chooses the members of a role; nobody can alter or remove what was published.
interface IRootRegistry {
    /// @notice How a kind was opened.
    /// @param publisherRole The AccessManager role whose members publish it.
    /// @param heartbeat Seconds after which its latest root expires unless published again; 0 when the kind is unknown.
    /// @param inField Whether its roots are public inputs of circuits, and so elements of the scalar field of BN254.
    struct Kind {
        uint64 publisherRole;
        uint32 heartbeat;
        bool inField;
    }

    /// @notice What is known of a root. Times in seconds since 1970; 0 for what did not happen.
    /// @param publishedAt When it was first published.
    /// @param confirmedAt When its publisher last stood by it.
    /// @param replacedAt When another root took its place.
    struct Publication {
        uint64 publishedAt;
        uint64 confirmedAt;
        uint64 replacedAt;
    }

    /// @notice A kind was opened.
    event KindOpened(bytes32 indexed kind, uint64 publisherRole, uint32 heartbeat, bool inField);
    /// @notice A new root was published, in the place of `replaced` (0 for the first of its kind).
    event RootPublished(bytes32 indexed kind, bytes32 indexed root, bytes32 replaced);
    /// @notice The latest root was published again.
    event RootConfirmed(bytes32 indexed kind, bytes32 indexed root);

    /// @notice The bound on heartbeats must not be 0.
    error ZeroMaxHeartbeat();
    /// @notice A heartbeat is at least 1 and at most `maxHeartbeat()` seconds.
    error HeartbeatOutOfRange(uint32 heartbeat, uint32 maxHeartbeat);
    /// @notice The role is the AccessManager's public one: anybody could publish.
    error PublicPublisher(bytes32 kind);
    /// @notice The kind was opened before.
    error KindInUse(bytes32 kind);
    /// @notice The kind was never opened.
    error UnknownKind(bytes32 kind);
    /// @notice The caller is not a member, without execution delay, of the role that publishes this kind.
    error NotPublisher(bytes32 kind, address caller);
    /// @notice The AccessManager has closed this registry: nothing is published.
    error RegistryClosed();
    /// @notice No root is 0.
    error ZeroRoot();
    /// @notice The root is not less than the order of the scalar field of BN254: as a public input another number, less
    /// by the order, would pass for it.
    error RootOutsideField(bytes32 kind, bytes32 root);
    /// @notice The root was replaced before, and a state that was left does not come back.
    error RootReplaced(bytes32 kind, bytes32 root);

    /// @notice Opens a kind for good. Restricted to the registrar role.
    /// @param kind Its name.
    /// @param publisherRole See Kind.
    /// @param heartbeat See Kind; from 1 to `maxHeartbeat()`.
    /// @param inField See Kind.
    function openKind(bytes32 kind, uint64 publisherRole, uint32 heartbeat, bool inField) external;

    /// @notice Publishes a root, or the latest one again. Only for members of the kind's publisher role.
    /// @dev Membership with an execution delay does not count: the AccessManager's schedule is per function, not per
    /// kind.
    function publish(bytes32 kind, bytes32 root) external;

    /// @notice Whether the publisher of `kind` stood by `root` at most `maxAge` seconds and at most the kind's heartbeat
    /// ago.
    /// @dev False for a kind or a root that is unknown.
    function isFresh(bytes32 kind, bytes32 root, uint64 maxAge) external view returns (bool);

    /// @notice The latest root of a kind, and the time, in seconds since 1970, at which it expires unless it is
    /// published again; both 0 when nothing was published.
    function latestRoot(bytes32 kind) external view returns (bytes32 root, uint64 expiresAt);

    /// @notice What is known of a root; all 0 for one that was never published under this kind.
    function publicationOf(bytes32 kind, bytes32 root) external view returns (Publication memory);

    /// @notice How a kind was opened; all 0 for one that was not.
    function kindOf(bytes32 kind) external view returns (Kind memory);

    /// @notice The largest heartbeat, in seconds, that a kind may have. Never changes.
    function maxHeartbeat() external view returns (uint32);
}
