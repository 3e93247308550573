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
	journal  *journal.Journal // nil where nothing is sent for real
	results  *authmethod.Results
	progress *progress
	logger   zerolog.Logger
}

// Intent is the journal's.
func (r *recorder) Intent(writes []authmethod.Write) error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Intent(writes)
}

// Outcome keeps an outcome. Graph's message is left to the results, because it
// may repeat the number.
func (r *recorder) Outcome(n authmethod.RowNumber, result authmethod.Result) error {
	r.results.Set(n, result)
	r.progress.add()
	row := r.results.Rows().At(n)
	if e := r.logger.Debug(); e.Enabled() {
		e.Int32("line", row.Line).Str("user", report.MaskUser(row.User)).Str("phone_type", string(row.PhoneType)).Stringer("phone_number", row.Number).
			Str("outcome", string(result.Outcome)).Int("status", result.Status).Str("code", result.Code).Str("request_id", result.RequestID).
			Int("attempts", result.Attempts).Msg("row done")
	}
	if r.journal == nil {
		return nil
	}
	return r.journal.Outcome(n, result)
}
