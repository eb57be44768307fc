// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IStatementVerifier} from "../../src/interfaces/IStatementVerifier.sol";
import {StubVerifier} from "../StubVerifier.sol";
import {VerifierBase} from "./VerifierBase.sol";

/// @dev Verifiers that nobody should announce.
contract ReturnsMuch {
    function verifyProof(bytes calldata, uint256[5] calldata) external pure returns (bytes memory) {
        return new bytes(200_000);
    }
}

contract RevertsWithMuch {
    function verifyProof(bytes calldata, uint256[5] calldata) external pure {
        revert(string(new bytes(200_000)));
    }
}

contract BurnsGas {
    function verifyProof(bytes calldata, uint256[5] calldata) external view {
        for (uint256 i = 0; gasleft() > 0; ++i) {}
    }
}

/// @dev Accepts any proof, with the gas that a generated verifier of 5 inputs takes: a pairing that gets 63/64 of what is
/// left, and a multiplication for each input.
contract NeedsGas {
    function verifyProof(bytes calldata, uint256[5] calldata) external view {
        require(gasleft() > 5 * 6500 + 181_000 * uint256(64) / 63 + 1000);
    }
}

contract Writes {
    uint256 public calls;

    function verifyProof(bytes calldata, uint256[5] calldata) external {
        calls++;
    }
}

contract StatementVerifierTest is VerifierBase {
    bytes32 private constant CLAIM = "claim";
    bytes32 private constant OTHER = "other";
    uint40 private constant USABLE = 1_700_000_000 + 1 days; // START + KEY_DELAY

    function setUp() public {
        _deployManager();
        _deployVerifier();
    }

    function test_constructor_revertsWithZeroDelay() public {
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.ZeroDelay.selector));
        _deploy("StatementVerifier", abi.encode(manager, 0));
    }

    function test_announce_keepsTheKey() public {
        address stub = address(new StubVerifier(0));
        vm.expectEmit(address(verifier));
        emit IStatementVerifier.KeyAnnounced(CLAIM, 2, stub, 5, bytes32(uint256(7)), USABLE);
        vm.prank(announcer);
        verifier.announce(CLAIM, 2, stub, 5, bytes32(uint256(7)));
        IStatementVerifier.Key memory k = verifier.keyOf(CLAIM, 2);
        require(k.verifier == stub && k.usableAt == USABLE && k.inputs == 5 && !k.retired, "another key");
        assertEq(k.keyHash, bytes32(uint256(7)));
        assertEq(k.codeHash, stub.codehash);
        assertEq(verifier.delay(), KEY_DELAY);
        require(verifier.keyOf(CLAIM, 1).verifier == address(0), "another version");
        require(verifier.keyOf(OTHER, 2).verifier == address(0), "another statement");
    }

    function test_fuzz_restrictedFunctions_revertWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != announcer && caller != guardian);
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        vm.expectRevert(refusal);
        vm.prank(caller);
        verifier.announce(CLAIM, 1, address(this), 5, bytes32(uint256(7)));
        vm.expectRevert(refusal);
        vm.prank(caller);
        verifier.cancel(CLAIM, 1);
        vm.expectRevert(refusal);
        vm.prank(caller);
        verifier.retire(CLAIM, 1);
    }

    function test_announce_revertsWithVersionInUse() public {
        _announce(CLAIM, 1, 5);
        bytes memory refusal = abi.encodeWithSelector(IStatementVerifier.VersionInUse.selector, CLAIM, 1);
        _announceRefused(refusal, address(this), 5, bytes32(uint256(7)));
        vm.warp(USABLE);
        _announceRefused(refusal, address(this), 5, bytes32(uint256(7)));
        vm.prank(guardian);
        verifier.retire(CLAIM, 1);
        _announceRefused(refusal, address(this), 5, bytes32(uint256(7)));
    }

    function test_announce_revertsWithInputsOutOfRange() public {
        for (uint8 inputs = 0; inputs < 66; inputs += 33) {
            bytes memory refusal = abi.encodeWithSelector(IStatementVerifier.InputsOutOfRange.selector, inputs);
            _announceRefused(refusal, address(this), inputs, bytes32(uint256(7)));
        }
    }

    function test_announce_revertsWithZeroKeyHash() public {
        _announceRefused(abi.encodeWithSelector(IStatementVerifier.ZeroKeyHash.selector), address(this), 5, 0);
    }

    function test_announce_revertsWithNoCode() public {
        bytes memory refusal = abi.encodeWithSelector(IStatementVerifier.NoCode.selector, stranger);
        _announceRefused(refusal, stranger, 5, bytes32(uint256(7)));
    }

    function test_cancel_freesTheVersionBeforeItIsUsable() public {
        _announce(CLAIM, 1, 5);
        vm.warp(USABLE - 1);
        vm.expectEmit(address(verifier));
        emit IStatementVerifier.KeyCancelled(CLAIM, 1, _keyHash(CLAIM, 1));
        vm.prank(guardian);
        verifier.cancel(CLAIM, 1);
        vm.warp(USABLE);
        require(!_holds(CLAIM, 1, _inputs(5)), "a cancelled key verifies");
        _announce(CLAIM, 1, 5);
        require(!_holds(CLAIM, 1, _inputs(5)), "a key announced anew verifies at once");
        vm.warp(USABLE + KEY_DELAY);
        require(_holds(CLAIM, 1, _inputs(5)), "a key announced anew does not verify");
    }

    function test_cancel_revertsWithAlreadyUsable() public {
        _announce(CLAIM, 1, 5);
        vm.warp(USABLE);
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.AlreadyUsable.selector, USABLE));
        vm.prank(guardian);
        verifier.cancel(CLAIM, 1);
    }

    function test_cancelAndRetire_revertWithUnknownVersion() public {
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.UnknownVersion.selector, CLAIM, 1));
        vm.prank(guardian);
        verifier.cancel(CLAIM, 1);
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.UnknownVersion.selector, CLAIM, 1));
        vm.prank(guardian);
        verifier.retire(CLAIM, 1);
    }

    function test_retire_marksTheKeyAndLetsItVerify() public {
        _announce(CLAIM, 1, 5);
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.NotYetUsable.selector, USABLE));
        vm.prank(guardian);
        verifier.retire(CLAIM, 1);
        vm.warp(USABLE);
        vm.expectEmit(address(verifier));
        emit IStatementVerifier.KeyRetired(CLAIM, 1, _keyHash(CLAIM, 1));
        vm.prank(guardian);
        verifier.retire(CLAIM, 1);
        require(verifier.keyOf(CLAIM, 1).retired, "not retired");
        require(_holds(CLAIM, 1, _inputs(5)), "a retired key does not verify");
        vm.expectRevert(abi.encodeWithSelector(IStatementVerifier.AlreadyRetired.selector, CLAIM, 1));
        vm.prank(guardian);
        verifier.retire(CLAIM, 1);
    }

    function test_verify_isFalseUntilUsable() public {
        require(!_holds(CLAIM, 1, _inputs(5)), "an unknown key verifies");
        _announce(CLAIM, 1, 5);
        vm.warp(USABLE - 1);
        require(!_holds(CLAIM, 1, _inputs(5)), "verifies before its time");
        vm.warp(USABLE);
        require(_holds(CLAIM, 1, _inputs(5)), "does not verify");
    }

    /// @dev The calldata is what Solidity itself would make for a verifier of as many inputs.
    function test_fuzz_verify_passesProofAndInputsOn(uint8 which, uint256[9] memory values, uint8 place, uint256 other)
        public
    {
        uint8 count = [5, 8, 9][which % 3];
        _announce(CLAIM, 1, count);
        vm.warp(USABLE);
        uint256[] memory inputs = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            inputs[i] = values[i] % FIELD;
        }
        bytes memory proof = _prove(CLAIM, 1, inputs);
        require(verifier.verify(CLAIM, 1, proof, inputs), "does not verify");
        if (inputs[place % count] == other % FIELD) return;
        inputs[place % count] = other % FIELD;
        require(!verifier.verify(CLAIM, 1, proof, inputs), "verifies another input");
    }

    function test_fuzz_verify_isFalseForInputsOutsideField(uint8 place, uint256 above) public {
        _announce(CLAIM, 1, 5);
        vm.warp(USABLE);
        uint256[] memory inputs = _inputs(5);
        inputs[place % 5] = FIELD + above % (type(uint256).max - FIELD + 1);
        require(!_holds(CLAIM, 1, inputs), "verifies an input outside the field");
        inputs[place % 5] = FIELD - 1;
        require(_holds(CLAIM, 1, inputs), "does not verify the largest input");
    }

    function test_verify_isFalseForAnotherNumberOfInputs() public {
        _announce(CLAIM, 1, 5);
        _announce(OTHER, 1, 8);
        vm.warp(USABLE);
        for (uint256 count = 0; count < 12; ++count) {
            require(_holds(CLAIM, 1, _inputs(count)) == (count == 5), "number of inputs");
            require(_holds(OTHER, 1, _inputs(count)) == (count == 8), "number of inputs");
        }
    }

    function test_fuzz_verify_isFalseForAnotherLengthOfProof(uint16 length) public {
        vm.assume(length != 256);
        _announce(CLAIM, 1, 5);
        vm.warp(USABLE);
        bytes memory proof = new bytes(length);
        bytes32 digest = keccak256(abi.encodePacked(_keyHash(CLAIM, 1), _inputs(5)));
        for (uint256 i = 0; i < 32 && i < length; ++i) {
            proof[i] = digest[i];
        }
        require(!verifier.verify(CLAIM, 1, proof, _inputs(5)), "verifies another length");
    }

    function test_verify_isFalseForAnotherVersionOrStatement() public {
        _announce(CLAIM, 1, 5);
        _announce(CLAIM, 2, 5);
        _announce(OTHER, 1, 5);
        vm.warp(USABLE);
        bytes memory proof = _prove(CLAIM, 1, _inputs(5));
        require(verifier.verify(CLAIM, 1, proof, _inputs(5)), "does not verify");
        require(!verifier.verify(CLAIM, 2, proof, _inputs(5)), "another version verifies");
        require(!verifier.verify(OTHER, 1, proof, _inputs(5)), "another statement verifies");
    }

    function test_verify_isFalseOnceTheCodeIsAnother() public {
        address stub = _announce(CLAIM, 1, 5);
        vm.warp(USABLE);
        vm.etch(stub, address(new ReturnsMuch()).code);
        require(!_holds(CLAIM, 1, _inputs(5)), "verifies by other code");
        vm.etch(stub, "");
        require(!_holds(CLAIM, 1, _inputs(5)), "verifies without code");
    }

    function test_verify_copiesNothingThatIsReturned() public {
        _checkGas(address(new ReturnsMuch()), 1, true);
        _checkGas(address(new RevertsWithMuch()), 2, false);
    }

    function test_verify_outlivesAVerifierThatBurnsAllGas() public {
        address burns = address(new BurnsGas());
        vm.prank(announcer);
        verifier.announce(CLAIM, 1, burns, 5, bytes32(uint256(7)));
        vm.warp(USABLE);
        require(!verifier.verify{gas: 2_000_000}(CLAIM, 1, new bytes(256), _inputs(5)), "verified");
    }

    function test_verify_isFalseForAVerifierThatWrites() public {
        Writes writes = new Writes();
        vm.prank(announcer);
        verifier.announce(CLAIM, 1, address(writes), 5, bytes32(uint256(7)));
        vm.warp(USABLE);
        require(!_holds(CLAIM, 1, _inputs(5)), "verified by writing");
        assertEq(writes.calls(), 0);
    }

    /// @dev A true proof is never called false for want of gas: with little, there is no answer.
    function test_fuzz_verify_revertsWithGasTooLow(uint24 gas_) public {
        uint256 gas = gas_ % 600_000;
        address needs = address(new NeedsGas());
        vm.prank(announcer);
        verifier.announce(CLAIM, 1, needs, 5, bytes32(uint256(7)));
        vm.warp(USABLE);
        try verifier.verify{gas: gas}(CLAIM, 1, new bytes(256), _inputs(5)) returns (bool holds) {
            require(holds && gas > 260_000, "answered with too little gas");
        } catch (bytes memory refusal) {
            require(gas < 300_000, "refused with enough gas");
            // Where there is not even gas for the answer, nothing is said.
            if (refusal.length != 0) {
                // forge-lint: disable-next-line(unsafe-typecast)
                require(bytes4(refusal) == IStatementVerifier.GasTooLow.selector, "other refusal");
            }
        }
    }

    /// @dev A verification by a bad verifier takes little more gas than the verifier itself.
    function _checkGas(address bad, uint32 version, bool want) private {
        vm.warp(START);
        vm.prank(announcer);
        verifier.announce(CLAIM, version, bad, 5, bytes32(uint256(7)));
        vm.warp(USABLE);
        uint256 left = gasleft();
        require(verifier.verify(CLAIM, version, new bytes(256), _inputs(5)) == want, "another answer");
        uint256 spent = left - gasleft();
        bytes memory call = abi.encodeCall(ReturnsMuch.verifyProof, (new bytes(256), [uint256(1), 2, 3, 4, 5]));
        left = gasleft();
        require(LowLevelCall.staticcallNoReturn(bad, call) == want, "another answer");
        require(spent < left - gasleft() + 30_000, "copied what was returned");
    }

    function _holds(bytes32 statement, uint32 version, uint256[] memory inputs) private view returns (bool) {
        return verifier.verify(statement, version, _prove(statement, version, inputs), inputs);
    }

    function _inputs(uint256 count) private pure returns (uint256[] memory inputs) {
        inputs = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            inputs[i] = 100 + i;
        }
    }

    function _announceRefused(bytes memory refusal, address stub, uint8 inputs, bytes32 keyHash) private {
        vm.expectRevert(refusal);
        vm.prank(announcer);
        verifier.announce(CLAIM, 1, stub, inputs, keyHash);
    }
}
