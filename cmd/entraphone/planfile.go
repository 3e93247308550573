package main

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/ledger"
	"entraphone/internal/report"
)

// A saved plan is a journal of a run that did nothing: its header says with which
// options, from which file and for which tenant it was made, its outcomes what would
// become of each row. Behind them stands a signature, which only this folder of runs
// can make: what is applied is what was planned.

// signature is the last line of a plan.
type signature struct {
	Event string `json:"event"`
	HMAC  string `json:"hmacSha256"` // of all lines before
}

// planSigned is the event of the last line.
const planSigned = "signed"

// planKey is the key of the signatures of a folder of runs.
func planKey(state string) ([]byte, error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for runs: %w", err)
	}
	secret, err := ledger.Secret(state)
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, secret, nil, "entraphone plan", sha256.Size)
}

// savePlan writes what would become of the rows of a run. Only its owner can read the
// file, which holds whole numbers. One that is there already is replaced.
func savePlan(path string, r *importRun, results *authmethod.Results) error {
	key, err := planKey(r.state)
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("saving the plan: %w", err)
	}
	defer os.Remove(part)
	record, err := journal.Create(part, r.header(), &r.input.Rows)
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	for n, row := range r.input.Rows.All() {
		// A row is known by its content: what became of one that repeats another would
		// be read as what became of that.
		if result := results.At(n); !row.Rejected() && result.Outcome != authmethod.Duplicate {
			err = errors.Join(err, record.Outcome(n, result))
		}
	}
	if err = errors.Join(err, record.Close()); err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	text, err := os.ReadFile(part)
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	line, err := json.Marshal(signature{planSigned, sign(key, text)})
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	err = report.Publish(path, func(w io.Writer) error {
		_, err := w.Write(append(append(text, line...), '\n'))
		return err
	})
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	return nil
}

func sign(key, text []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// openPlan reads a saved plan, and makes sure that it is the one that this folder of
// runs has saved. It returns its header and its lines.
func openPlan(path, state string) (journal.Header, []byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return journal.Header{}, nil, fmt.Errorf("reading the plan: %w", err)
	}
	header, err := journal.ReadHeader(path)
	switch {
	case errors.Is(err, journal.ErrNewer):
		return header, nil, usagef("reading the plan %s: its format %d is newer than this program; make it again with entraphone plan", path, header.Format)
	case err != nil:
		return header, nil, usagef("reading the plan %s: it is none; make one with entraphone plan --out", path)
	}
	body := bytes.TrimSuffix(text, []byte{'\n'})
	cut := bytes.LastIndexByte(body, '\n') + 1
	var s signature
	if json.Unmarshal(body[cut:], &s) != nil || s.Event != planSigned {
		return header, nil, usagef("reading the plan %s: it is not whole, its signature is missing; make it again with entraphone plan", path)
	}
	key, err := planKey(state)
	if err != nil {
		return header, nil, err
	}
	if !hmac.Equal([]byte(sign(key, text[:cut])), []byte(s.HMAC)) {
		return header, nil, usagef("reading the plan %s: it was edited, or made with another folder of runs than %s; make it again with entraphone plan", path, state)
	}
	return header, text[:cut], nil
}

// planned are the outcomes of a plan for the rows of a run. Which of them repeat others
// the file has said.
func planned(lines []byte, r *importRun) (*authmethod.Results, error) {
	past, err := journal.Fold(bytes.NewReader(lines), &r.input.Rows)
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	for n := range r.input.Rows.All() {
		if result := r.results.At(n); result.Outcome == authmethod.Duplicate {
			past.Results.Set(n, result)
		}
	}
	return past.Results, nil
}

// keptPlan is the file with the plan of a run, for those who go on with it.
const keptPlan = "plan.json"
