// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The verifying keys of statements
/// @notice Keeps, by statement and version, the contract generated from a verifying key and the key's hash, and says
/// whether a proof (Groth16 over BN254, 256 bytes) holds for public inputs.
///
/// A key is announced, and verifies nothing until a delay that everybody can watch has passed. Before that it may be
/// cancelled, and the version announced again; afterwards the version means this key for good. Retiring a key keeps
/// others from choosing it anew; whoever chose it before goes on, so `verify` answers for a retired key too.
///
/// A statement is named by 32 bytes, by custom a short ASCII name padded with zeros on the right. Whoever checks an
/// announcement compares the verifier's code with what the verifying key of that hash exports: the chain cannot.
///
/// Who may call what is decided by an OpenZeppelin AccessManager. Neither its administrator nor anybody else can put
/// another key in the place of one that is usable, or make it answer otherwise.
interface IStatementVerifier {
    /// @notice A verifying key.
    /// @param verifier The contract generated from it; 0 when the version is unknown.
    /// @param usableAt Time from which it verifies, in seconds since 1970.
    /// @param inputs Number of public inputs of the statement.
    /// @param retired Whether it is not to be chosen any more.
    /// @param keyHash SHA-256 of the verifying key.
    /// @param codeHash Keccak-256 of the verifier's code when it was announced.
    struct Key {
        address verifier;
        uint40 usableAt;
        uint8 inputs;
        bool retired;
        bytes32 keyHash;
        bytes32 codeHash;
    }

    /// @notice A key was announced.
    event KeyAnnounced(
        bytes32 indexed statement,
        uint32 indexed version,
        address verifier,
        uint8 inputs,
        bytes32 keyHash,
        uint40 usableAt
    );
    /// @notice An announced key was withdrawn before it was usable.
    event KeyCancelled(bytes32 indexed statement, uint32 indexed version, bytes32 keyHash);
    /// @notice A key is not to be chosen any more.
    event KeyRetired(bytes32 indexed statement, uint32 indexed version, bytes32 keyHash);

    /// @notice The delay must not be 0.
    error ZeroDelay();
    /// @notice The version was announced before and not cancelled.
    error VersionInUse(bytes32 statement, uint32 version);
    /// @notice The version was never announced, or was cancelled.
    error UnknownVersion(bytes32 statement, uint32 version);
    /// @notice A statement has 1 to 32 public inputs.
    error InputsOutOfRange(uint8 inputs);
    /// @notice No hash of a key is 0.
    error ZeroKeyHash();
    /// @notice There is no contract at this address.
    error NoCode(address verifier);
    /// @notice The key is usable already, and can only be retired.
    error AlreadyUsable(uint40 usableAt);
    /// @notice The key is not usable yet, and can only be cancelled.
    error NotYetUsable(uint40 usableAt);
    /// @notice The key was retired before.
    error AlreadyRetired(bytes32 statement, uint32 version);
    /// @notice So little gas is left that a verification could fail for want of it.
    error GasTooLow(uint256 left, uint256 needed);

    /// @notice Announces a key, usable once `delay()` has passed. Restricted to the announcer role.
    /// @param statement Name of the statement.
    /// @param version Version of it, which no other key has.
    /// @param verifier The contract generated from the key, with `verifyProof(bytes,uint256[inputs])` that reverts where
    /// a proof does not hold. Its code must be its own, not a proxy's: only the code at this address is held fast.
    /// @param inputs Number of public inputs.
    /// @param keyHash SHA-256 of the verifying key.
    function announce(bytes32 statement, uint32 version, address verifier, uint8 inputs, bytes32 keyHash) external;

    /// @notice Withdraws a key that is not usable yet. Restricted to the guardian role.
    function cancel(bytes32 statement, uint32 version) external;

    /// @notice Marks a usable key as not to be chosen any more, for good. Restricted to the guardian role.
    function retire(bytes32 statement, uint32 version) external;

    /// @notice Whether a proof holds for public inputs.
    /// @dev False also for a key that is unknown or not yet usable, for a verifier whose code is not what was announced,
    /// for another number of inputs, for an input not below the order of the scalar field of BN254, and for whatever
    /// makes the verifier revert. Reverts with GasTooLow rather than take want of gas for a false proof, at the prices
    /// of gas of Osaka; a proof with points outside the curve takes most of the gas that is left, as the precompiled
    /// contracts do.
    /// @param statement Name of the statement.
    /// @param version Version of it.
    /// @param proof The proof, points A, B and C as EIP-197 has them.
    /// @param inputs The public inputs, in the statement's order.
    function verify(bytes32 statement, uint32 version, bytes calldata proof, uint256[] calldata inputs)
        external
        view
        returns (bool);

    /// @notice The key of a version; all 0 for one that is unknown.
    function keyOf(bytes32 statement, uint32 version) external view returns (Key memory);

    /// @notice Seconds between the announcement of a key and its use. Never changes.
    function delay() external view returns (uint32);
}
