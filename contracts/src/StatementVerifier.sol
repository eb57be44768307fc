// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IStatementVerifier} from "./interfaces/IStatementVerifier.sol";

/// @title The verifying keys of statements
contract StatementVerifier is IStatementVerifier, AccessManaged {
    /// @dev A key as it is kept: what every verification reads is in two slots.
    struct Record {
        address verifier;
        uint40 usableAt;
        uint8 inputs;
        bool retired;
        bytes4 selector;
        bytes32 codeHash;
        bytes32 keyHash;
    }

    /// @dev Order of the scalar field of BN254 (EIP-196), in which Groth16 public inputs live.
    uint256 private constant SCALAR_FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    uint8 private constant MAX_INPUTS = 32;
    uint256 private constant PROOF_LENGTH = 256;

    /// @dev Gas that a verification may take: the pairing's 181,000 and 6,500 for each input, with a margin that also
    /// covers the 1/64 that a call keeps back, twice (EIP-150).
    uint256 private constant GAS_BASE = 220_000;
    uint256 private constant GAS_PER_INPUT = 8_000;

    uint32 private immutable _delay;

    mapping(bytes32 statement => mapping(uint32 version => Record)) private _records;

    /// @param manager The AccessManager that decides who may call what.
    /// @param delay_ See `delay()`.
    constructor(address manager, uint32 delay_) AccessManaged(manager) {
        if (delay_ == 0) revert ZeroDelay();
        _delay = delay_;
    }

    /// @inheritdoc IStatementVerifier
    function announce(bytes32 statement, uint32 version, address verifier, uint8 inputs, bytes32 keyHash)
        external
        restricted
    {
        if (_records[statement][version].verifier != address(0)) revert VersionInUse(statement, version);
        if (inputs == 0 || inputs > MAX_INPUTS) revert InputsOutOfRange(inputs);
        if (keyHash == 0) revert ZeroKeyHash();
        if (verifier.code.length == 0) revert NoCode(verifier);
        uint40 usableAt = uint40(block.timestamp) + _delay;
        _records[statement][version] =
            Record(verifier, usableAt, inputs, false, _selector(inputs), verifier.codehash, keyHash);
        emit KeyAnnounced(statement, version, verifier, inputs, keyHash, usableAt);
    }

    /// @inheritdoc IStatementVerifier
    function cancel(bytes32 statement, uint32 version) external restricted {
        Record memory r = _known(statement, version);
        if (block.timestamp >= r.usableAt) revert AlreadyUsable(r.usableAt);
        delete _records[statement][version];
        emit KeyCancelled(statement, version, r.keyHash);
    }

    /// @inheritdoc IStatementVerifier
    function retire(bytes32 statement, uint32 version) external restricted {
        Record memory r = _known(statement, version);
        if (block.timestamp < r.usableAt) revert NotYetUsable(r.usableAt);
        if (r.retired) revert AlreadyRetired(statement, version);
        _records[statement][version].retired = true;
        emit KeyRetired(statement, version, r.keyHash);
    }

    /// @inheritdoc IStatementVerifier
    function verify(bytes32 statement, uint32 version, bytes calldata proof, uint256[] calldata inputs)
        external
        view
        returns (bool)
    {
        Record storage r = _records[statement][version];
        address verifier = r.verifier;
        if (verifier == address(0) || block.timestamp < r.usableAt) return false;
        if (inputs.length != r.inputs || !_inField(inputs) || proof.length != PROOF_LENGTH) return false;
        if (verifier.codehash != r.codeHash) return false;
        // The encoding of verifyProof(bytes,uint256[n]): the array stands in the head, the proof behind it.
        bytes memory call = abi.encodePacked(r.selector, (inputs.length + 1) * 32, inputs, PROOF_LENGTH, proof);
        uint256 needed = GAS_BASE + inputs.length * GAS_PER_INPUT;
        if (gasleft() < needed) revert GasTooLow(gasleft(), needed);
        // What the verifier returns is not looked at, nor copied: it could be long.
        return LowLevelCall.staticcallNoReturn(verifier, call);
    }

    /// @inheritdoc IStatementVerifier
    function keyOf(bytes32 statement, uint32 version) external view returns (Key memory) {
        Record memory r = _records[statement][version];
        return Key(r.verifier, r.usableAt, r.inputs, r.retired, r.keyHash, r.codeHash);
    }

    /// @inheritdoc IStatementVerifier
    function delay() external view returns (uint32) {
        return _delay;
    }

    function _known(bytes32 statement, uint32 version) private view returns (Record memory r) {
        r = _records[statement][version];
        if (r.verifier == address(0)) revert UnknownVersion(statement, version);
    }

    function _selector(uint8 inputs) private pure returns (bytes4) {
        return bytes4(keccak256(bytes(string.concat("verifyProof(bytes,uint256[", Strings.toString(inputs), "])"))));
    }

    function _inField(uint256[] calldata inputs) private pure returns (bool) {
        for (uint256 i = 0; i < inputs.length; ++i) {
            if (inputs[i] >= SCALAR_FIELD_ORDER) return false;
        }
        return true;
    }
}
