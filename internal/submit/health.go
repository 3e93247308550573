package submit

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"entraphone/internal/authmethod"
)

// forbiddenStart is how many of the first answers must all be 403 to say that
// it is the caller who lacks something, and not the users who are protected:
// Graph's answer is the same for both.
const forbiddenStart = 20

// PermissionError ends a run in which Graph refused everything with 403.
type PermissionError struct{ Answers int }

func (e *PermissionError) Error() string {
	return fmt.Sprintf("writing phones: Graph refused the first %d rows with 403, so the credential lacks the permission or the role", e.Answers)
}

// StalledError ends a run to which Graph gave no answer but throttles and
// faults for too long, or asked to wait for too long. The run stopped on
// purpose: going on later is fine.
type StalledError struct {
	For    time.Duration // without any progress
	Wait   time.Duration // that Graph asked for, beyond that
	Status int           // of the last answer
}

func (e *StalledError) Error() string {
	if e.Wait > 0 {
		return fmt.Sprintf("writing phones: Graph's last answer (status %[2]d) means waiting for %[1]s, longer than --give-up-after allows", e.Wait, e.Status)
	}
	return fmt.Sprintf("writing phones: Graph answered nothing but throttles and faults (last: %d) for %s", e.Status, e.For)
}

// UnreachableError ends a run when nothing answered for too long.
type UnreachableError struct {
	For   time.Duration
	Cause error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("writing phones: nothing answered for %s: %v", e.For, e.Cause)
}

func (e *UnreachableError) Unwrap() error { return e.Cause }

// health watches the run as a whole.
type health struct {
	mu        sync.Mutex
	forbidden int  // answers 403 since the start, while there is nothing else
	welcome   bool // Graph has let something through
	progress  time.Time
	status    int   // of the last answer without progress, 0 when none came
	cause     error // why the last request got none
}

func (h *health) start(now time.Time) { h.progress = now }

// heard takes note of one answer.
func (h *health) heard(a authmethod.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch fateOf(a) {
	case lost, neverLeft, postponed:
		h.status = a.Status
		h.cause = a.Lost
		if a.NotSent != nil {
			h.cause = a.NotSent
		}
		return
	}
	h.progress, h.status = time.Now(), 0
	if a.Status == http.StatusForbidden {
		h.forbidden++
		return
	}
	h.welcome = h.welcome || a.Status != http.StatusUnauthorized
}

// verdict is the error that ends the run, if it is time, or if it will be time
// before the present hold is over.
func (h *health) verdict(now, heldUntil time.Time, giveUpAfter time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.welcome && h.forbidden >= forbiddenStart {
		return &PermissionError{h.forbidden}
	}
	idle := now.Sub(h.progress)
	switch {
	case idle < giveUpAfter && heldUntil.Sub(h.progress) < giveUpAfter:
		return nil
	case idle < giveUpAfter && h.status != 0:
		return &StalledError{Wait: heldUntil.Sub(now).Round(time.Second), Status: h.status}
	case h.status != 0:
		return &StalledError{For: idle.Round(time.Second), Status: h.status}
	case idle < giveUpAfter:
		return nil // our own backoff, not Graph's wish
	case h.cause != nil:
		return &UnreachableError{idle.Round(time.Second), h.cause}
	}
	return nil
}
