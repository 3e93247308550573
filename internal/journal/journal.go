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
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

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

// entry is every other line. A row is named by its content, not by its line,
// so that the record survives edits of the file; the line is there for people.
type entry struct {
	Event       string    `json:"event"` // intent, outcome
	At          time.Time `json:"at"`
	User        string    `json:"user"`
	PhoneType   string    `json:"phoneType"`
	PhoneNumber string    `json:"phoneNumber"`
	Line        int32     `json:"line"`
	Outcome     string    `json:"outcome,omitempty"`
	Status      int       `json:"httpStatus,omitempty"`
	Code        string    `json:"code,omitempty"`
	RequestID   string    `json:"requestId,omitempty"`
	Attempts    int       `json:"attempts,omitempty"`
}

// Journal is the open record of one run. Its methods may be called
// concurrently.
type Journal struct {
	rows *authmethod.Rows
	file *os.File

	mu       sync.Mutex // guards the two below
	pending  []byte     // entries that are not written yet
	appended int64      // intents in all

	syncing sync.Mutex // held while the file is written; guards the two below
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
		return nil, fmt.Errorf("encoding the journal's header: %w", err)
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
func (j *Journal) Intent(rows []int32) error {
	now := time.Now().UTC()
	lines, err := j.encode(rows, func(*entry) {}, "intent", now)
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.pending = append(j.pending, lines...)
	j.appended++
	mine := j.appended
	j.mu.Unlock()
	return j.flush(mine)
}

// Outcome records what became of a row. It is safe with the next intent.
func (j *Journal) Outcome(row int, result authmethod.Result) error {
	lines, err := j.encode([]int32{int32(row)}, func(e *entry) {
		e.Outcome, e.Status, e.Code = string(result.Outcome), result.Status, result.Code
		e.RequestID, e.Attempts = result.RequestID, result.Attempts
	}, "outcome", time.Now().UTC())
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, lines...)
	return nil
}

func (j *Journal) encode(rows []int32, more func(*entry), event string, at time.Time) ([]byte, error) {
	var lines []byte
	for _, i := range rows {
		row := j.rows.At(int(i))
		e := entry{Event: event, At: at, User: row.User, PhoneType: string(row.PhoneType), PhoneNumber: row.Number.Graph(), Line: row.Line}
		more(&e)
		line, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encoding the journal's entry for line %d: %w", row.Line, err)
		}
		lines = append(append(lines, line...), '\n')
	}
	return lines, nil
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
	j.pending = nil
	j.mu.Unlock()
	if _, err := j.file.Write(lines); err != nil {
		j.err = fmt.Errorf("writing the journal: %w", err)
		return j.err
	}
	if err := j.file.Sync(); err != nil {
		j.err = fmt.Errorf("writing the journal to disk: %w", err)
		return j.err
	}
	j.synced = upTo
	return nil
}

// Close writes what is pending and closes the file.
func (j *Journal) Close() error {
	j.mu.Lock()
	j.appended++
	mine := j.appended
	j.mu.Unlock()
	err := j.flush(mine)
	if closeErr := j.file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing the journal: %w", closeErr)
	}
	return err
}
