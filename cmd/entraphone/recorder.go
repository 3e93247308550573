package main

import (
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// recorder keeps outcomes in the journal and in the results, and shows them. It
// is a [submit.Recorder].
type recorder struct {
	journal   *journal.Journal // nil where nothing is sent for real
	knowledge *knowledge       // nil where the target is no tenant
	lock      *lock            // nil where nobody is kept out
	results   *authmethod.Results
	progress  *progress
	brakes    brakes
	failures  int // rows that have failed in this process
	logger    zerolog.Logger
}

// confirmed keeps what was decided by the ledger alone: the ledger may say something
// else by the time that somebody asks for a report.
func (r *recorder) confirmed() error {
	if r.journal == nil || r.knowledge == nil {
		return nil
	}
	for _, n := range r.knowledge.confirmed {
		if err := r.journal.Outcome(n, r.results.At(n)); err != nil {
			return err
		}
	}
	return nil
}

// Intent is the journal's, behind that of the ledger. Nothing is sent once the folder
// of the run or its lock has vanished.
func (r *recorder) Intent(writes []authmethod.Write) error {
	if r.journal == nil {
		return nil
	}
	if r.knowledge != nil {
		if err := r.knowledge.doubt(writes); err != nil {
			return err
		}
	}
	if err := r.journal.Intent(writes); err != nil || r.lock == nil {
		return err
	}
	return r.lock.there()
}

// Outcome keeps an outcome. Graph's message is left to the results, because it
// may repeat the number.
func (r *recorder) Outcome(n authmethod.RowNumber, result authmethod.Result) error {
	r.results.Set(n, result)
	row := r.results.Rows().At(n)
	r.progress.settle(row, result)
	if e := r.logger.Debug(); e.Enabled() {
		e.Int32("line", row.Line).Str("user", report.MaskUser(row.User)).Str("phone_type", string(row.PhoneType)).Stringer("phone_number", row.Number).
			Str("outcome", string(result.Outcome)).Int("status", result.Status).Str("code", result.Code).Str("request_id", result.RequestID).
			Int("attempts", result.Attempts).Msg("row done")
	}
	if r.journal == nil {
		return nil
	}
	if r.knowledge != nil {
		if err := r.knowledge.learn(n, result); err != nil {
			return err
		}
	}
	if err := r.journal.Outcome(n, result); err != nil || result.Outcome != authmethod.Failed {
		return err
	}
	r.failures++
	return r.brakes.failed(r.failures, r.results.Rows().Len())
}
