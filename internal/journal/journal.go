// Package journal keeps the append-only record of a run: for every create the
// intent before the request leaves, and for every row the outcome after. It
// says who was about to get which number when the process died.
//
// The file is JSON Lines: a [Header], then entries. It does not decide
// anything, and holds whole phone numbers, so that it is readable by its owner
// only.
//
// Its one invariant: an intent is on disk before [Journal.Intent] returns.
// Outcomes are written with the next intent or at [Journal.Close]; a power cut
// can lose the outcomes since the last intent, and those rows then stand in
// the file as intents without outcome, which means: read the phone back.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// Format is the version of the file's layout. Fields may be added without
// changing it; their names and meanings do not change.
const Format = 1

// Header is the first line.
type Header struct {
	Format    int       `json:"format"`
	Tool      string    `json:"tool"`
	Version   string    `json:"version"`
	StartedAt time.Time `json:"startedAt"`
	Input     string    `json:"input"`
	SHA256    string    `json:"sha256"`
	TenantID  string    `json:"tenantId"`
	Endpoint  string    `json:"endpoint"`
}

// Journal is the open record of one run. Its methods may be called
// concurrently.
type Journal struct {
	rows *authmethod.Rows
	file *os.File

	mu       sync.Mutex // guards the two below
	pending  []byte     // entries that are not written yet
	appended int64      // intents in all

	syncing sync.Mutex // held while the file is written; guards the three below
	written []byte     // room for the next entries
	synced  int64      // intents that are safe
	err     error      // the first failure; nothing is written after it
}

// Create makes the file, which must not exist, and makes sure that its header
// is on disk. The rows are those that Intent and Outcome number.
func Create(path string, header Header, rows *authmethod.Rows) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	header.Format, header.Tool = Format, "entraphone"
	line, err := json.Marshal(header)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("encoding the journal's header: %w", err), file.Close())
	}
	j := &Journal{rows: rows, file: file, pending: append(line, '\n'), appended: 1}
	if err := j.flush(1); err != nil {
		_ = file.Close()
		return nil, err
	}
	return j, nil
}

// Intent records that creates for rows are about to be sent, and returns when
// that is safe on disk. Callers that come at the same time share one fsync.
func (j *Journal) Intent(rows []authmethod.RowNumber) error {
	var lines bytes.Buffer
	for _, n := range rows {
		j.entry(&lines, "intent", n).Send()
	}
	return j.flush(j.add(lines.Bytes(), 1))
}

// Outcome records what became of a row. It is safe with the next intent.
func (j *Journal) Outcome(row authmethod.RowNumber, result authmethod.Result) error {
	var line bytes.Buffer
	e := j.entry(&line, "outcome", row).Str("outcome", string(result.Outcome))
	if result.Status != 0 {
		e.Int("httpStatus", result.Status)
	}
	if result.Code != "" {
		e.Str("code", result.Code)
	}
	if result.RequestID != "" {
		e.Str("requestId", result.RequestID)
	}
	if result.Attempts != 0 {
		e.Int("attempts", result.Attempts)
	}
	e.Send()
	j.add(line.Bytes(), 0)
	return nil
}

// entry begins a line about a row, which Send writes to w. A row is named by its
// content, not by its line, so that the record survives edits of the file; the
// line is there for people. An event of zerolog is JSON made without reflection:
// a run has two lines for each row.
func (j *Journal) entry(w io.Writer, event string, n authmethod.RowNumber) *zerolog.Event {
	row, lines := j.rows.At(n), zerolog.New(w)
	return lines.Log().Str("event", event).Str("at", time.Now().UTC().Format(time.RFC3339Nano)).
		Str("user", row.User).Str("phoneType", string(row.PhoneType)).Str("phoneNumber", row.Number.Graph()).Int32("line", row.Line)
}

// add has lines written by the next flush, and returns the number of intents
// with these.
func (j *Journal) add(lines []byte, intents int64) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, lines...)
	j.appended += intents
	return j.appended
}

// flush returns when the first mine intents are on disk. Whoever comes while
// another writes finds its own entries written by the next one, or by itself.
func (j *Journal) flush(mine int64) error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.err != nil || j.synced >= mine {
		return j.err
	}
	j.mu.Lock()
	lines, upTo := j.pending, j.appended
	j.pending, j.written = j.written[:0], lines
	j.mu.Unlock()
	_, err := j.file.Write(lines)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.err = fmt.Errorf("writing the journal: %w", err)
		return j.err
	}
	j.synced = upTo
	return nil
}

// Close writes what is pending and closes the file.
func (j *Journal) Close() error {
	err := j.flush(j.add(nil, 1))
	if closeErr := j.file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing the journal: %w", closeErr)
	}
	return err
}
