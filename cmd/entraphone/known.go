package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/ledger"
	"entraphone/internal/report"
	"entraphone/internal/submit"
)

// knowledge is what earlier runs have confirmed of the tenant's phones, and what this
// run adds to it. It only ever saves requests: without it every phone is asked for.
type knowledge struct {
	mu     sync.Mutex // guards the ledger
	ledger *ledger.Ledger
	rows   *authmethod.Rows
	reads  map[authmethod.RowNumber]bool // a phone stands there, by the ledger
	// confirmed are the rows that need no request.
	confirmed []authmethod.RowNumber
}

// openKnowledge opens the ledger of a tenant. One that cannot even be made, as on a
// disk that is full, is done without: nothing in it can be out of date.
func openKnowledge(state string, t *target, rows *authmethod.Rows) (*knowledge, error) {
	secret, err := ledger.Secret(state)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(state, "ledger-"+t.name()+t.shard.name()+".db")
	first := !exists(path)
	opened, err := ledger.Open(path, secret)
	if err != nil && first {
		return nil, os.Remove(path)
	}
	if errors.Is(err, ledger.ErrDamaged) || errors.Is(err, ledger.ErrOtherSecret) || errors.Is(err, ledger.ErrNewer) {
		return nil, &usageError{[]error{err}}
	}
	if err != nil {
		return nil, err
	}
	return &knowledge{ledger: opened, rows: rows, reads: map[authmethod.RowNumber]bool{}}, nil
}

// useKnowledge takes out of the lanes what earlier runs have confirmed. Of a rollback, which
// undoes what was done, nothing is taken out.
func useKnowledge(r *importRun, state string) (err error) {
	if r.target.tenantID == "" && r.target.endpoint == "" || r.simulate || r.dryRun {
		return nil
	}
	r.knowledge, err = openKnowledge(state, r.target, &r.input.Rows)
	switch {
	case errors.Is(err, ledger.ErrInUse) && r.planning: // a run that writes has it, and holds the lock
		return nil
	case err != nil || r.knowledge == nil || r.undoes != "":
		return err
	}
	r.lanes = r.knowledge.settle(r)
	return nil
}

// begin counts a run that writes: it is another one's turn to be verified.
func (k *knowledge) begin() error { return k.ledger.BeginRun() }

// settle takes out of the lanes what is confirmed already, and has the others read first
// of which the ledger knows that a phone stands there. Verify says which of the
// confirmed ones are read again: none, a share in turn, or all. A row of which an
// earlier attempt is in doubt stays: another run may have confirmed what this one has
// done.
func (k *knowledge) settle(r *importRun) []authmethod.Lane {
	var left []authmethod.Lane
	verify := r.changes.verify
	for _, lane := range r.lanes {
		kept := lane[:0]
		for _, task := range lane {
			row := k.rows.At(task.Row)
			address := k.rows.Address(row)
			at, same := k.ledger.Confirmed(address, row.PhoneType, row.Number)
			if task.Verb == authmethod.Delete {
				k.recallGone(r, task.Row)
			}
			switch {
			case task.Verb != authmethod.Create, r.earlier[task.Row].Doubt:
			case same && task.SMS == authmethod.None && verify != "all" && (verify == "none" || !k.ledger.Due(address, row.PhoneType)):
				r.results.Set(task.Row, authmethod.CodeConfirmed.Result(authmethod.Unchanged, at.UTC().Format("2 January 2006")))
				k.confirmed = append(k.confirmed, task.Row)
				continue
			case same || k.ledger.Known(address, row.PhoneType):
				k.reads[task.Row] = true
			}
			kept = append(kept, task)
		}
		if len(kept) > 0 {
			left = append(left, kept)
		}
	}
	return left
}

// shownStill is how long a list may show a phone that was removed. Seconds have been
// seen; more only means that a user's last method stays for so long.
const shownStill = 10 * time.Minute

// recallGone tells the engine which phones of the row's user a run has just removed:
// where a list shows them still, they are not another method to sign in with.
func (k *knowledge) recallGone(r *importRun, n authmethod.RowNumber) {
	earlier, address := r.earlier[n], k.rows.Address(k.rows.At(n))
	for _, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
		at, gone := k.ledger.Confirmed(address, phoneType, authmethod.PhoneNumber{})
		if !gone || time.Since(at) > shownStill {
			continue
		}
		earlier.Gone[phoneType.Rank()] = true
		if r.earlier == nil {
			r.earlier = map[authmethod.RowNumber]submit.Earlier{}
		}
		r.earlier[n] = earlier
	}
}

// registered reports whether the ledger knows that a phone stands where the row's
// belongs.
func (k *knowledge) registered(n authmethod.RowNumber) bool { return k.reads[n] }

// doubt forgets what is about to be changed, before the change may have been made.
func (k *knowledge) doubt(writes []authmethod.Write) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, write := range writes {
		row := k.rows.At(write.Row)
		if err := k.ledger.Forget(k.rows.Address(row), typeOf(row, write.As)); err != nil {
			return err
		}
	}
	return k.ledger.Flush()
}

// learn keeps what an outcome tells of what stands there.
func (k *knowledge) learn(n authmethod.RowNumber, result authmethod.Result) error {
	row, stands := k.rows.At(n), authmethod.PhoneNumber{}
	switch result.Outcome {
	case authmethod.Created, authmethod.Updated:
		stands = row.Number
	case authmethod.Unchanged:
		if row.Action != authmethod.Remove {
			stands = row.Number
		}
	case authmethod.Conflict:
		if stands = result.Registered; stands.IsZero() {
			return nil
		}
	case authmethod.Removed:
	default:
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ledger.Confirm(k.rows.Address(row), typeOf(row, result.As), stands, time.Now())
}

func typeOf(row *authmethod.Row, as authmethod.PhoneType) authmethod.PhoneType {
	if as != "" {
		return as
	}
	return row.PhoneType
}

func (k *knowledge) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ledger.Close()
}

// usual is how many operations a second many tenants grant, as the migration kit of
// Microsoft says, https://github.com/microsoft/b2c-to-meeid-migration-tool: 30 in ten
// seconds.
const usual = 3

// sayCost says what is about to be sent, as far as that is known before anything is
// answered. The progress says later how long it really takes.
func sayCost(r *importRun) {
	writes, reads := 0, 0
	for _, lane := range r.lanes {
		for _, task := range lane {
			first := task.Verb != authmethod.Create || r.earlier[task.Row].Doubt || r.knowledge != nil && r.knowledge.registered(task.Row)
			if first {
				reads++
			}
			if task.Verb != authmethod.Create || !first {
				writes++
			}
		}
	}
	rate := min(usual, float64(r.pace.rate))
	long := time.Duration(float64(writes+reads)/rate*float64(time.Second)) / time.Second * time.Second
	r.record.Info().Str("target", targetOf(r)).Int("writes", writes).Int("reads", reads).Float64("seconds_at_3_a_second", long.Seconds()).Msg("about to send")
	if !r.console.people(r.output) {
		return
	}
	text := fmt.Sprintf("about %s and %s: %s at %g a second, which many tenants grant", counted(writes, "write"), counted(reads, "read"), inWords(long), rate)
	if kind := runKind(r); kind != "" {
		text = kind + ": " + text
	}
	if width := r.console.width; width > 0 {
		text = report.Wrap(text, width, 2)
	}
	fmt.Fprintln(r.console, text)
}

// counted is a number with its thousands and its noun.
func counted(n int, noun string) string {
	return thousands(n) + " " + plural(noun, n)
}

// thousands is a number with a comma between them.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// inWords is how long something takes, roughly.
func inWords(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return counted(max(1, int(math.Ceil(d.Seconds()))), "second")
	case d < 2*time.Hour:
		return counted(int(math.Ceil(d.Minutes())), "minute")
	}
	return counted(int(math.Ceil(d.Hours())), "hour")
}
