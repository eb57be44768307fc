// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRootRegistry} from "../../src/interfaces/IRootRegistry.sol";
import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {VerifierBase} from "./VerifierBase.sol";

/// @dev A deployed register of trials with stubs for generated verifiers, and what is submitted to it. The public inputs
/// are put together here by the statements' definition, apart from the code that is tested.
abstract contract TrialBase is VerifierBase {
    bytes32 internal constant ENROLMENT = "enrolment";
    bytes32 internal constant VISITS = "visits";
    bytes32 internal constant COMPLIANCE = "compliance";
    bytes32 internal constant COMPENSATION = "compensation";
    bytes32 internal constant GRANTS = "grants";
    bytes32 internal constant ISSUERS = "issuers";

    uint64 internal constant SPONSOR = 5;
    uint64 internal constant PUBLISHER = 100;
    address internal constant sponsor = address(0xA7);
    address internal constant board = address(0xA8);
    address internal constant sequencer = address(0xA9);
    address internal constant publisher = address(0xB1);
    address internal constant relayer = address(0xB2);
    address payable internal constant payee = payable(address(0xB3));

    uint40 internal constant NOW = 1_700_000_000 + 1 days; // START + KEY_DELAY
    uint32 internal constant HEARTBEAT = 30 days;
    uint32 internal constant MAX_ROOT_AGE = 1 days;
    uint32 internal constant MAX_BATCH_AGE = 10 minutes;
    uint32 internal constant CLAIM_PERIOD = 90 days;
    uint32 internal constant SEQUENCER_DELAY = 3 days;
    uint32 internal constant SLOTS = 4;

    uint256 internal constant TRIAL = 7;
    uint256 internal constant PROTOCOL = 77;
    uint256 internal constant STATE0 = 1000;
    uint256 internal constant GRANTS_ROOT = 501;
    uint256 internal constant ISSUERS_ROOT = 502;
    uint96 internal constant PRICE1 = 10;
    uint96 internal constant PRICE3 = 30;
    uint256 internal constant PRICES = PRICE1 + PRICE3;
    uint256 internal constant RESULTS = 909;

    IRootRegistry internal roots;
    ITrialRegistry internal trials;

    /// @dev Everything deployed, keys usable, roots published, no trial yet; the time is NOW.
    function _deployTrials() internal {
        _deployManager();
        _deployVerifier();
        roots = IRootRegistry(_deploy("RootRegistry", abi.encode(manager, HEARTBEAT)));
        trials = ITrialRegistry(_deploy("TrialRegistry", abi.encode(manager, roots, verifier, SEQUENCER_DELAY)));
        _allow(address(roots), IRootRegistry.openKind.selector, REGISTRAR);
        _allow(address(trials), ITrialRegistry.create.selector, SPONSOR);
        manager.grantRole(PUBLISHER, publisher, 0);
        manager.grantRole(SPONSOR, sponsor, 0);
        _openKind(GRANTS, true);
        _openKind(ISSUERS, true);
        _announce(ENROLMENT, 1, 9);
        _announce(VISITS, 1, 9);
        _announce(COMPLIANCE, 1, 8);
        _announce(COMPLIANCE, 2, 8);
        _announce(COMPENSATION, 1, 5);
        vm.warp(NOW);
        _publishRoots();
    }

    function _openKind(bytes32 kind, bool inField) internal {
        vm.prank(registrar);
        roots.openKind(kind, PUBLISHER, HEARTBEAT, inField);
    }

    function _publishRoots() internal {
        vm.prank(publisher);
        roots.publish(GRANTS, bytes32(GRANTS_ROOT));
        vm.prank(publisher);
        roots.publish(ISSUERS, bytes32(ISSUERS_ROOT));
    }

    function _terms() internal pure returns (ITrialRegistry.Terms memory terms) {
        terms.firstState = STATE0;
        terms.protocol = PROTOCOL;
        terms.sequencer = sequencer;
        terms.board = board;
        terms.grantsKind = GRANTS;
        terms.issuersKind = ISSUERS;
        terms.maxBatchAge = MAX_BATCH_AGE;
        terms.maxRootAge = MAX_ROOT_AGE;
        terms.claimPeriod = CLAIM_PERIOD;
        terms.thresholds = [uint32(0), 0, 0, 3, 4, 0, 6];
        terms.prices = new uint96[](3);
        terms.prices[0] = PRICE1;
        terms.prices[2] = PRICE3;
        terms.pins = new ITrialRegistry.Pin[](5);
        terms.pins[0] = ITrialRegistry.Pin(ENROLMENT, 1, SLOTS, _keyHash(ENROLMENT, 1));
        terms.pins[1] = ITrialRegistry.Pin(VISITS, 1, 8, _keyHash(VISITS, 1));
        terms.pins[2] = ITrialRegistry.Pin(COMPLIANCE, 1, 16, _keyHash(COMPLIANCE, 1));
        terms.pins[3] = ITrialRegistry.Pin(COMPLIANCE, 2, 64, _keyHash(COMPLIANCE, 2));
        terms.pins[4] = ITrialRegistry.Pin(COMPENSATION, 1, 1, _keyHash(COMPENSATION, 1));
    }

    function _create() internal {
        vm.prank(sponsor);
        trials.create(TRIAL, _terms());
    }

    function _fund(uint256 amount) internal {
        vm.deal(address(this), amount);
        trials.fund{value: amount}(TRIAL);
    }

    /// @dev The next batch, to the state `STATE0 + batches + 1`, at the time `time`.
    function _batch(bytes32 statement, uint40 time) internal view returns (ITrialRegistry.Batch memory batch) {
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        batch = ITrialRegistry.Batch({
            statement: statement,
            version: 1,
            oldState: t.state,
            newState: STATE0 + t.batches + 1,
            grantsRoot: GRANTS_ROOT,
            issuersRoot: ISSUERS_ROOT,
            time: time,
            safety: false
        });
    }

    function _submit(ITrialRegistry.Batch memory batch) internal {
        bytes memory proof = _proveBatch(batch);
        vm.prank(sequencer);
        trials.submit(TRIAL, batch, proof);
    }

    function _proveBatch(ITrialRegistry.Batch memory b) internal view returns (bytes memory) {
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        return _prove(b.statement, b.version, _inputsOf(b, t.protocol, t.batches));
    }

    function _inputsOf(ITrialRegistry.Batch memory b, uint256 protocol, uint32 number)
        internal
        view
        returns (uint256[] memory inputs)
    {
        bytes32 context =
            keccak256(abi.encode("lethe/trial/batch", block.chainid, address(trials), TRIAL, uint256(number)));
        uint256[9] memory list = [
            TRIAL,
            b.oldState,
            b.newState,
            protocol,
            b.grantsRoot,
            b.issuersRoot,
            uint256(b.time),
            b.safety ? 1 : 0,
            uint256(context) >> 8
        ];
        inputs = new uint256[](9);
        for (uint256 i = 0; i < 9; ++i) {
            inputs[i] = list[i];
        }
    }

    /// @dev The only chunk of a state, with no deviations.
    function _chunk(uint32 number, uint256 participants) internal pure returns (ITrialRegistry.Chunk memory) {
        return ITrialRegistry.Chunk(1, number, participants | 5 << 66, 0, RESULTS, 0, 0);
    }

    function _verify(ITrialRegistry.Chunk memory chunk) internal {
        trials.verifyCompliance(TRIAL, chunk, _proveChunk(chunk));
    }

    function _proveChunk(ITrialRegistry.Chunk memory c) internal view returns (bytes memory) {
        return _prove(COMPLIANCE, c.version, _inputsOf(c));
    }

    function _inputsOf(ITrialRegistry.Chunk memory c) internal view returns (uint256[] memory inputs) {
        bytes32 context = keccak256(abi.encode("lethe/trial/compliance", block.chainid, address(trials), TRIAL));
        uint256[8] memory list = [
            TRIAL,
            trials.stateOf(TRIAL, c.number),
            c.counters,
            c.deviations,
            c.resultsRoot,
            c.accIn,
            c.accOut,
            uint256(context) >> 8
        ];
        inputs = new uint256[](8);
        for (uint256 i = 0; i < 8; ++i) {
            inputs[i] = list[i];
        }
    }

    /// @dev A claim by somebody for a visit, by the last state.
    function _claim(uint256 who, uint32 visit) internal view returns (ITrialRegistry.Claim memory) {
        return ITrialRegistry.Claim({
            version: 1,
            number: trials.trialOf(TRIAL).batches,
            visit: visit,
            nullifier: 1_000_000 * visit + who,
            recipient: payee,
            fee: 0
        });
    }

    function _send(ITrialRegistry.Claim memory c) internal {
        bytes memory proof = _proveClaim(c);
        vm.prank(relayer);
        trials.claim(TRIAL, c, proof);
    }

    function _proveClaim(ITrialRegistry.Claim memory c) internal view returns (bytes memory) {
        return _prove(COMPENSATION, c.version, _inputsOf(c));
    }

    function _inputsOf(ITrialRegistry.Claim memory c) internal view returns (uint256[] memory inputs) {
        bytes32 context = keccak256(
            abi.encode("lethe/trial/compensation", block.chainid, address(trials), TRIAL, c.recipient, uint256(c.fee))
        );
        uint256[5] memory list =
            [TRIAL, trials.stateOf(TRIAL, c.number), uint256(c.visit), c.nullifier, uint256(context) >> 8];
        inputs = new uint256[](5);
        for (uint256 i = 0; i < 5; ++i) {
            inputs[i] = list[i];
        }
    }
}
