package ceremony

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/go-json-experiment/json"

	"lethe/circuits"
)

// Report is what a transcript was found to be.
type Report struct {
	Phase1   []Record // none where the phase is others' work
	Ptau     *PtauReport
	Phase2   []Record
	Keys     *circuits.Keys // made again from the source and the transcript
	Manifest circuits.Hash  // to pin; zero while the keys are not sealed
}

// Verify makes the keys again from the statement's source and the whole transcript, and compares them with those that were
// sealed, which must then load by the hash that it answers. All that it needs is in the folder. On two cores that are
// shared, a domain of 2^15 takes four minutes; memory is as the package says.
func (t *Transcript) Verify(ctx context.Context) (*Report, error) {
	r, err := t.verify(ctx)
	if err != nil {
		return nil, t.wrap(fmt.Errorf("verify: %w", err))
	}
	return r, nil
}

func (t *Transcript) verify(ctx context.Context) (*Report, error) {
	r, err := t.makeKeys(ctx)
	if err != nil {
		return nil, err
	}
	manifest, err := readBounded(filepath.Join(t.dir, KeysFolder, circuits.ManifestFile), MaxFileSize)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	t.progress("reading the sealed keys")
	pin := hashOf(manifest)
	sealed, err := circuits.Load(filepath.Join(t.dir, KeysFolder), t.Circuit.Statement, pin)
	if err != nil {
		return nil, refuse(OtherKeys, "%v", err)
	}
	if !reflect.DeepEqual(sealed.Manifest, r.Keys.Manifest) {
		return nil, refuse(OtherKeys, "the verifying key is %s, and the transcript's is %s",
			sealed.Manifest.VerifyingKey, r.Keys.Manifest.VerifyingKey)
	}
	r.Manifest = pin
	return r, nil
}

// Seal verifies everything, writes the keys into the folder KeysFolder of the transcript, and answers the hash to pin them by.
// It may be repeated: the keys are always the same.
func (t *Transcript) Seal(ctx context.Context) (*Report, error) {
	r, err := t.makeKeys(ctx)
	if err == nil {
		t.progress("writing the keys")
		r.Manifest, err = r.Keys.Write(filepath.Join(t.dir, KeysFolder))
	}
	if err != nil {
		return nil, t.wrap(fmt.Errorf("seal: %w", err))
	}
	return r, nil
}

// makeKeys verifies the whole transcript, and makes the keys from it.
func (t *Transcript) makeKeys(ctx context.Context) (r *Report, err error) {
	if t.phase() != 3 {
		return nil, refuse(WrongPhase, "phase %d is not closed", t.phase())
	}
	r = new(Report)
	if r.Phase1, err = t.records(1); err != nil {
		return nil, fmt.Errorf("phase 1: %w", err)
	}
	if r.Phase2, err = t.enough(2); err != nil {
		return nil, fmt.Errorf("phase 2: %w", err)
	}
	randomness, err := t.randomness(2)
	if err != nil {
		return nil, fmt.Errorf("phase 2: %w", err)
	}
	last, opened, ptau, err := t.replay(ctx, r.Phase2)
	if err != nil {
		return nil, err
	}
	r.Ptau = ptau
	t.progress("opening the keys")
	pk, vk := last.Seal(opened.srs, opened.evals, randomness)
	if r.Keys, err = newKeys(t.Circuit, t.setup, pk.(*groth16.ProvingKey), vk.(*groth16.VerifyingKey)); err != nil {
		return nil, err
	}
	return r, ctx.Err()
}

// newKeys refuses, by name, keys with which somebody could prove what is not true.
func newKeys(c *circuits.Circuit, s circuits.Setup, pk *groth16.ProvingKey, vk *groth16.VerifyingKey) (*circuits.Keys, error) {
	if vk.G2.Gamma.Equal(&vk.G2.Delta) {
		return nil, refuse(GammaIsDelta, "verifying key")
	}
	if err := checkSecrets(map[string]bn254.G1Affine{"δ": vk.G1.Delta}); err != nil {
		return nil, err
	}
	return circuits.NewKeys(c, s, pk, vk)
}

// opened is what phase 1 and the circuit come to.
type opened struct {
	srs   *mpc.SrsCommons
	evals *mpc.Phase2Evaluations
}

// replay verifies phase 1, derives what phase 2 begins with, and verifies records of phase 2, the last of which it answers.
func (t *Transcript) replay(ctx context.Context, records []Record) (*mpc.Phase2, *opened, *PtauReport, error) {
	srs, ptau, err := t.first(ctx)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("phase 1: %w", err)
	}
	p, evals, err := initialise(ctx, t.Circuit, srs, t.progress)
	if err != nil {
		return nil, nil, nil, err
	}
	begins, err := hashWritten(p)
	if err != nil {
		return nil, nil, nil, err
	}
	if data, err := t.beginning(); err != nil || hashOf(data) != begins {
		return nil, nil, nil, errors.Join(refuse(Tampered, "phase 2: %s does not follow from phase 1", beginningName), err)
	}
	for _, r := range records {
		if p, err = t.nextSecond(p, r); err != nil {
			return nil, nil, nil, fmt.Errorf("phase 2: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
	}
	return p, &opened{srs, evals}, ptau, nil
}

// first verifies phase 1, and gives what it comes to.
func (t *Transcript) first(ctx context.Context) (srs *mpc.SrsCommons, report *PtauReport, err error) {
	if t.imported(1) {
		srs, report, err = readPtau(ctx, t.path(1, ptauName), &t.File, t.progress)
	} else {
		srs, err = t.contributed(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	return srs, report, checkSecrets(map[string]bn254.G1Affine{"τ": srs.G1.Tau[1], "α": srs.G1.AlphaTau[0], "β": srs.G1.BetaTau[0]})
}

// contributed verifies a phase 1 that was made here.
func (t *Transcript) contributed(ctx context.Context) (*mpc.SrsCommons, error) {
	records, err := t.enough(1)
	if err != nil {
		return nil, err
	}
	randomness, err := t.randomness(1)
	if err != nil {
		return nil, err
	}
	p, err := t.powersChain(ctx, records)
	if err != nil {
		return nil, err
	}
	t.progress("phase 1: the beacon")
	return p.seal(ctx, randomness)
}

// enough are a phase's records, if there are as many as the ceremony file wants.
func (t *Transcript) enough(phase int) ([]Record, error) {
	records, err := t.records(phase)
	if err == nil && len(records) < t.File.MinContributions {
		return nil, refuse(TooFew, "%d of %d", len(records), t.File.MinContributions)
	}
	return records, err
}

// powersChain verifies records of phase 1 from the beginning, and gives the last.
func (t *Transcript) powersChain(ctx context.Context, records []Record) (p *powers, err error) {
	p = newPowers(t.File.Domain)
	for _, r := range records {
		if p, err = t.nextPowers(ctx, p, r); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (t *Transcript) nextPowers(ctx context.Context, before *powers, r Record) (*powers, error) {
	t.progress(fmt.Sprintf("phase 1: verifying contribution %d, by %s", r.Number, r.Contributor))
	next, err := t.readPowers(ctx, r)
	if err == nil && circuits.Hash(next.challenge) != r.Before {
		err = refuse(OutOfOrder, "it stands on another contribution than its note says")
	}
	if err == nil {
		err = before.verify(next)
	}
	if err != nil {
		return nil, fmt.Errorf("contribution %d, by %s: %w", r.Number, r.Contributor, err)
	}
	return next, nil
}

func (t *Transcript) nextSecond(before *mpc.Phase2, r Record) (*mpc.Phase2, error) {
	t.progress(fmt.Sprintf("phase 2: verifying contribution %d, by %s", r.Number, r.Contributor))
	next, err := t.readSecond(r)
	if err == nil && circuits.Hash(next.Challenge) != r.Before {
		err = refuse(OutOfOrder, "it stands on another contribution than its note says")
	}
	if err == nil {
		err = verifySecond(before, next)
	}
	if err != nil {
		return nil, fmt.Errorf("contribution %d, by %s: %w", r.Number, r.Contributor, err)
	}
	return next, nil
}

// randomness is what closed a phase.
func (t *Transcript) randomness(phase int) ([]byte, error) {
	data, err := readBounded(t.path(phase, beaconName), maxNoteSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(Missing, "%s", beaconName)
	}
	if err != nil {
		return nil, err
	}
	var f beaconFile
	if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, refuse(Malformed, "%s: %v", beaconName, err)
	}
	b := t.beacon(phase)
	if f.Round != b.Round {
		return nil, refuse(WrongBeacon, "%s is of round %d, not %d", beaconName, f.Round, b.Round)
	}
	signature, err := ParseSignature(data)
	if err != nil {
		return nil, err
	}
	return b.Randomness(signature)
}

func (t *Transcript) beacon(phase int) *Beacon {
	if phase == 1 {
		return t.File.Phase1.Beacon
	}
	return t.File.Phase2.Beacon
}
