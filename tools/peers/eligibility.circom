pragma circom 2.0.0;

// The statement of circuits/eligibility in circomlib's templates: "my accredited, unexpired attestation satisfies this policy."
//
// As there: sixteen values of 24 bits and a bit that says that they are known, 44 literals in clauses of any length, four of them in an element of
// the policy's digest, times of 40 bits, an issuer among 4096, and the same five public inputs. What differs, mostly in favour of this side:
//
//   - Hashes are circomlib's Poseidon, as wide as what they take, without a tag that separates their uses; ours always take a tag and seven.
//   - The policy is one hash of 13 elements, where ours are two of seven.
//   - The tree has two children a node and 12 levels, where ours has four and 6.
//   - The signature is circomlib's EdDSAPoseidonVerifier, whose equation multiplies the key by 8. Ours has no cofactor, so it says of the
//     key that it is on the curve and of prime order, which here is left to whoever put it into the tree.
//   - A value is picked by circomlib's Mux4, by products of the selecting bits; ours halves the values bit by bit.

include "bitify.circom";
include "comparators.circom";
include "eddsaposeidon.circom";
include "mux4.circom";
include "poseidon.circom";
include "switcher.circom";

// Root climbs from a leaf by as many siblings; a position's bit is 1 where the path's node is the right one.
template Root(levels) {
    signal input leaf, siblings[levels], positions[levels];
    signal output out;
    signal nodes[levels + 1];
    component sides[levels];
    nodes[0] <== leaf;
    for (var i = 0; i < levels; i++) {
        positions[i] * (1 - positions[i]) === 0;
        sides[i] = Switcher();
        sides[i].sel <== positions[i];
        sides[i].L <== nodes[i];
        sides[i].R <== siblings[i];
        nodes[i + 1] <== Poseidon(2)([sides[i].outL, sides[i].outR]);
    }
    out <== nodes[levels];
}

// Accredited says that a key is in the tree as an attester's, until after the time.
template Accredited(levels) {
    var attester = 3; // identity.Attester
    signal input root, key[2], until, time, siblings[levels], positions[levels];
    signal leaf <== Poseidon(4)([key[0], key[1], attester, until]);
    signal climbed <== Root(levels)(leaf, siblings, positions);
    climbed === root;
    signal lasts <== LessThan(40)([time, until]);
    lasts === 1;
}

// Message is what the attester signs. It bounds the times and the values, each of which is 0 for unknown, else 2^24 and the number.
template Message() {
    signal input identity, key, schema, from, until, values[16];
    signal output out;
    signal fromBits[40] <== Num2Bits(40)(from);
    signal untilBits[40] <== Num2Bits(40)(until);
    signal bits[16][25];
    var halves[2] = [0, 0];
    for (var i = 0; i < 16; i++) {
        bits[i] <== Num2Bits(25)(values[i]);
        (values[i] - bits[i][24] * (1 << 24)) * (1 - bits[i][24]) === 0;
        halves[i \ 8] += values[i] * (1 << (25 * (i % 8)));
    }
    out <== Poseidon(6)([identity, key, schema, from * (1 << 40) + until, halves[0], halves[1]]);
}

// Literal says whether a known value lies in a range, or outside of it, and gives its number in the policy. Comparing bounds low and high, more
// loosely than the 28 bits that each has in the number.
template Literal() {
    signal input low, high, outside, end, attribute[4], values[16];
    signal output holds, number;
    var index = 0;
    for (var i = 0; i < 4; i++) {
        attribute[i] * (1 - attribute[i]) === 0;
        index += attribute[i] * (1 << i);
    }
    outside * (1 - outside) === 0;
    end * (1 - end) === 0;
    signal value <== Mux4()(values, attribute);
    signal unknown <== IsZero()(value);
    signal atLeast <== LessEqThan(25)([low, value - (1 << 24)]);
    signal atMost <== LessEqThan(25)([value - (1 << 24), high]);
    signal within <== atLeast * atMost;
    signal asked <== within + outside - 2 * within * outside;
    holds <== (1 - unknown) * asked;
    number <== low + high * (1 << 28) + index * (1 << 56) + outside * (1 << 60) + end * (1 << 61);
}

// Policy says that every clause holds, and gives the digest.
template Policy(literals) {
    signal input scope, schema, values[16], low[literals], high[literals], outside[literals], end[literals], attribute[literals][4];
    signal output digest;
    var elements = literals \ 4;
    var packed[elements];
    component each[literals];
    signal missing[literals], open[literals + 1]; // whether the clause so far holds
    open[0] <== 0;
    for (var i = 0; i < literals; i++) {
        each[i] = Literal();
        each[i].low <== low[i];
        each[i].high <== high[i];
        each[i].outside <== outside[i];
        each[i].end <== end[i];
        each[i].attribute <== attribute[i];
        each[i].values <== values;
        missing[i] <== (1 - open[i]) * (1 - each[i].holds);
        end[i] * missing[i] === 0;
        open[i + 1] <== (1 - missing[i]) * (1 - end[i]);
        packed[i \ 4] += each[i].number * (1 << (62 * (i % 4)));
    }
    component hash = Poseidon(2 + elements);
    hash.inputs[0] <== scope;
    hash.inputs[1] <== schema;
    for (var i = 0; i < elements; i++) {
        hash.inputs[2 + i] <== packed[i];
    }
    digest <== hash.out;
}

template Eligibility(levels, literals) {
    signal input issuersRoot, policy, tag, time, context;
    signal input secret;
    signal input attestedKey, from, until, values[16];
    signal input scope, schema, low[literals], high[literals], outside[literals], end[literals], attribute[literals][4];
    signal input attester[2], attesterUntil, siblings[levels], positions[levels];
    signal input R[2], S;

    signal identity <== Poseidon(1)([secret]);
    Accredited(levels)(issuersRoot, attester, attesterUntil, time, siblings, positions);
    signal message <== Message()(identity, attestedKey, schema, from, until, values);
    EdDSAPoseidonVerifier()(1, attester[0], attester[1], S, R[0], R[1], message);
    signal begun <== LessEqThan(40)([from, time]);
    begun === 1;
    signal lasts <== LessThan(40)([time, until]);
    lasts === 1;
    signal digest <== Policy(literals)(scope, schema, values, low, high, outside, end, attribute);
    digest === policy;
    signal persons <== Poseidon(2)([identity, scope]);
    persons === tag;
    signal bound <== context * context; // as circuits/eligibility does: a public input that stands in no constraint binds nothing
}

component main {public [issuersRoot, policy, tag, time, context]} = Eligibility(12, 44);
