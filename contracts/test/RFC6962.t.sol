// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Base} from "./Base.sol";
import {RFC6962Harness} from "./RFC6962Harness.sol";
import {Tree} from "./Tree.sol";

contract RFC6962Test is Base {
    uint64 private constant MAX_LEAVES = 80;

    bytes32 private constant ABOVE = "above";

    RFC6962Harness private harness = new RFC6962Harness();

    /// @dev Roots of the trees over the eight entries that Certificate Transparency's implementations share.
    function test_verifyConsistency_knowsPublishedRoots() public view {
        (bytes32[] memory leaves, bytes32[8] memory roots) = _published();
        for (uint64 n = 1; n <= 8; ++n) {
            assertEq(Tree.root(leaves, 0, n), roots[n - 1]);
            for (uint64 m = 1; m <= n; ++m) {
                bytes32[] memory proof = Tree.consistency(leaves, m, n);
                require(harness.verifyConsistency(m, n, proof, roots[m - 1], roots[n - 1]), "valid proof refused");
            }
            for (uint64 i = 0; i < n; ++i) {
                bytes32[] memory path = Tree.inclusion(leaves, i, n);
                require(harness.verifyInclusion(i, n, leaves[i], path, roots[n - 1]), "valid path refused");
            }
        }
    }

    function test_hashLeaf_prefixesZero() public view {
        assertEq(harness.hashLeaf(0), 0x7f9c9e31ac8256ca2f258583df262dbc7d6f68f2a03043d5c99a4ae5a7396ce9);
    }

    function test_fuzz_verifyConsistency_acceptsGrowth(uint256 seed, uint64 m, uint64 n) public view {
        bytes32[] memory leaves = _leaves(seed);
        n = n % (MAX_LEAVES + 1);
        m = m % (n + 1);
        bytes32[] memory proof = Tree.consistency(leaves, m, n);
        require(harness.verifyConsistency(m, n, proof, Tree.root(leaves, 0, m), Tree.root(leaves, 0, n)), "refused");
    }

    function test_fuzz_verifyConsistency_refusesOtherOldTree(uint256 seed, uint64 m, uint64 n, uint256 bit)
        public
        view
    {
        bytes32[] memory leaves = _leaves(seed);
        n = 1 + n % MAX_LEAVES;
        m = 1 + m % n;
        bytes32 oldRoot = Tree.root(leaves, 0, m) ^ bytes32(2 ** (bit % 256));
        bytes32[] memory proof = Tree.consistency(leaves, m, n);
        require(!harness.verifyConsistency(m, n, proof, oldRoot, Tree.root(leaves, 0, n)), "accepted");
    }

    function test_fuzz_verifyConsistency_refusesChangedProof(uint256 seed, uint64 m, uint64 n, uint256 bit)
        public
        view
    {
        bytes32[] memory leaves = _leaves(seed);
        n = 2 + n % (MAX_LEAVES - 1);
        m = 1 + m % (n - 1);
        bytes32[] memory proof = Tree.consistency(leaves, m, n);
        proof[(bit >> 8) % proof.length] ^= bytes32(2 ** (bit % 256));
        require(!harness.verifyConsistency(m, n, proof, Tree.root(leaves, 0, m), Tree.root(leaves, 0, n)), "accepted");
    }

    function test_fuzz_verifyInclusion_acceptsEveryLeaf(uint256 seed, uint64 i, uint64 n) public view {
        bytes32[] memory leaves = _leaves(seed);
        n = 1 + n % MAX_LEAVES;
        i %= n;
        bytes32[] memory path = Tree.inclusion(leaves, i, n);
        require(harness.verifyInclusion(i, n, leaves[i], path, Tree.root(leaves, 0, n)), "refused");
    }

    function test_fuzz_verifyInclusion_refusesOtherIndex(uint256 seed, uint64 i, uint64 other, uint64 n) public view {
        bytes32[] memory leaves = _leaves(seed);
        n = 2 + n % (MAX_LEAVES - 1);
        i %= n;
        if (other == i) ++other;
        bytes32[] memory path = Tree.inclusion(leaves, i, n);
        require(!harness.verifyInclusion(other, n, leaves[i], path, Tree.root(leaves, 0, n)), "accepted");
    }

    /// @dev A node is not a leaf, even where its hash would fit: the proof has to have the length of the path.
    function test_verifyInclusion_refusesNodesAsLeaves() public view {
        bytes32[] memory leaves = _leaves(0);
        bytes32 root = Tree.root(leaves, 0, 4);
        bytes32[] memory top = new bytes32[](1);
        top[0] = Tree.root(leaves, 2, 4);
        require(!harness.verifyInclusion(0, 4, root, new bytes32[](0), root), "root accepted as a leaf");
        require(!harness.verifyInclusion(0, 4, Tree.root(leaves, 0, 2), top, root), "node accepted as a leaf");
    }

    /// @dev Roots of a made-up level above the tree, to which a proof that goes on too long leads.
    function test_verify_refusesLevelAboveTheRoot() public view {
        bytes32[] memory leaves = _leaves(0);
        bytes32 root3 = Tree.root(leaves, 0, 3);
        bytes32 root4 = Tree.root(leaves, 0, 4);
        bytes32[] memory path = _longer(Tree.inclusion(leaves, 1, 4));
        require(!harness.verifyInclusion(1, 4, leaves[1], path, _above(root4)), "inclusion accepted");
        bytes32[] memory proof = _longer(Tree.consistency(leaves, 3, 4));
        require(!harness.verifyConsistency(3, 4, proof, _above(root3), _above(root4)), "consistency accepted");
        bytes32[] memory one = _longer(new bytes32[](0));
        require(!harness.verifyConsistency(4, 4, one, root4, root4), "proof between equal trees accepted");
    }

    /// @dev Never a revert, whatever is asked.
    function test_fuzz_verify_answersJunk(uint64 a, uint64 b, bytes32[] calldata proof, bytes32 x, bytes32 y)
        public
        view
    {
        require(!harness.verifyInclusion(a, b, x, proof, y), "junk accepted");
        bool trivial = proof.length == 0 && (a == 0 && b > 0 || a == b && x == y);
        require(harness.verifyConsistency(a, b, proof, x, y) == trivial, "junk accepted");
    }

    function _longer(bytes32[] memory proof) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) {
            longer[i] = proof[i];
        }
        longer[proof.length] = ABOVE;
    }

    function _above(bytes32 root) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), ABOVE, root));
    }

    function _leaves(uint256 seed) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](MAX_LEAVES);
        for (uint256 i = 0; i < MAX_LEAVES; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _published() private pure returns (bytes32[] memory leaves, bytes32[8] memory roots) {
        bytes[8] memory entries = [
            bytes(""),
            hex"00",
            hex"10",
            hex"2021",
            hex"3031",
            hex"40414243",
            hex"5051525354555657",
            hex"606162636465666768696a6b6c6d6e6f"
        ];
        leaves = new bytes32[](8);
        for (uint256 i = 0; i < 8; ++i) {
            leaves[i] = sha256(abi.encodePacked(bytes1(0x00), entries[i]));
        }
        roots = [
            bytes32(0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d),
            0xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125,
            0xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77,
            0xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7,
            0x4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4,
            0x76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef,
            0xddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c,
            0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
        ];
    }
}
