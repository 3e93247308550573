// Package journal keeps the append-only record of a run, and reads it again: for
// every step that changes something the intent before the request leaves, and for
// every row the outcome after. It says who was about to get which number when the
// process died, and from it the results of a run are made again.
//
// The file is JSON Lines: a [Header], then entries. An entry is about a row, which
// it names by its content (user, phone type and number, users compared without
// regard to case), because the file may be edited between two attempts; the line
// is there for people. An entry lives so: its intent is appended and on disk before
// the request leaves; its outcome is appended when the row is decided, and is on
// disk with the next intent or at the end. A row with an intent and no later
// outcome may have been carried out, and has to be settled before anything else is
// sent for its user. A run that goes on appends to the same file, after an entry
// "resume"; one that came to its end has "end" behind everything.
//
// A power cut can lose the outcomes since the last intent, never an intent whose
// request left. It can leave a last line that is torn, which [Fold] drops and
// [Reopen] cuts off. Other damage is an error with its place.
//
// It does not decide anything, and holds whole phone numbers, so that it is
// readable by its owner only. Its one invariant: an intent is on disk before
// [Journal.Intent] returns.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// Format is the version of the file's layout. Fields may be added without
// changing it; their names and meanings do not change.
const Format = 1

// Header is the first line: what another process needs to go on with the run, or
// to undo it. It holds no secret, because no flag does.
type Header struct {
	Format    int       `json:"format"`
	Tool      string    `json:"tool"`
	Version   string    `json:"version"`
	StartedAt time.Time `json:"startedAt"`
	Input     string    `json:"input"`          // name of the file, for people
	Path      string    `json:"path,omitempty"` // of the file; empty for standard input
	SHA256    string    `json:"sha256"`         // of its bytes
	// ModifiedAt is when the file was written; zero for standard input.
	ModifiedAt time.Time `json:"modifiedAt,omitzero"`
	// TenantID and Endpoint say where the phones went: resume and rollback write
	// there or not at all. TenantID is empty where only the credential knows the
	// tenant.
	TenantID string `json:"tenantId"`
	Endpoint string `json:"endpoint"`
	Flags    []Flag `json:"flags,omitempty"` // every option that was given

	// Removes is whether lines that do not say what is to be done remove phones.
	Removes bool `json:"removes,omitempty"`
	// Undoes is the run that this one rolls back; its rows are those of that
	// run's journal, and there is no file.
	Undoes string `json:"undoes,omitempty"`
	// UndoneBytes is how much of that journal there was when this run began.
	UndoneBytes int64 `json:"undoneBytes,omitempty"`
	// Doubtful is whether it takes back also what only a lost answer speaks of.
	Doubtful bool `json:"doubtful,omitempty"`
}

// Flag is one option as it was given on the command line. A flag that was given
// several times stands there several times, in that order.
type Flag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// The events that are not about a row.
const (
	// These two are about a row.
	eventIntent  = "intent"
	eventOutcome = "outcome"
	// These two are about the run: a process goes on with it, or it is over.
	eventResume = "resume"
	eventEnd    = "end"
)

// Journal is the open record of one run. Its methods may be called concurrently.
// The first error of the file is kept, and every later call that has to write
// returns it, which ends the run.
type Journal struct {
	rows *authmethod.Rows
	file *os.File
	path string

	mu       sync.Mutex // guards the two below
	pending  []byte     // entries that are not written yet
	appended int64      // intents in all

	syncing sync.Mutex // held while the file is written; guards the three below
	written []byte     // room for the next entries
	synced  int64      // intents that are safe
	err     error      // the first failure; nothing is written after it
}

// Create makes the file, which must not exist, and makes sure that its header is
// on disk. The rows are those that Intent and Outcome number. A folder that
// cannot be written, or a full disk, so shows before anything is sent. Only the
// owner of the file can read it.
func Create(path string, header Header, rows *authmethod.Rows) (*Journal, error) {
	file, err := inside(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	header.Format, header.Tool = Format, "entraphone"
	line, err := json.Marshal(header)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("encoding the journal's header: %w", err), file.Close())
	}
	return begin(path, file, append(line, '\n'), rows)
}

// Reopen goes on with the journal of a run of which past is known. What is torn
// at its end is cut off. The entry "resume" is on disk before it returns. Two
// processes must not append to one journal: the lock of the tenant is held by
// then.
func Reopen(path string, past *Past, version string, rows *authmethod.Rows) (*Journal, error) {
	if err := unpack(path); err != nil {
		return nil, fmt.Errorf("going on with the journal: %w", err)
	}
	file, err := inside(path, os.O_WRONLY|os.O_APPEND)
	if err == nil {
		err = file.Truncate(past.Whole)
	}
	if err != nil {
		return nil, fmt.Errorf("going on with the journal: %w", err)
	}
	var line bytes.Buffer
	event(&line, eventResume).Str("version", version).Send()
	return begin(path, file, line.Bytes(), rows)
}

// begin makes sure that the first line of a process is on disk, and so shows that
// the file can be written.
func begin(path string, file *os.File, line []byte, rows *authmethod.Rows) (*Journal, error) {
	j := &Journal{rows: rows, file: file, path: path, pending: line, appended: 1}
	if err := j.flush(1); err != nil {
		_ = file.Close()
		return nil, err
	}
	return j, nil
}

// Intent records that writes are about to be sent, and returns when that is safe
// on disk. Callers that come at the same time share one fsync. The verb is
// written where it is not create, as nearly all are, and what the write replaces or
// removes where that is known.
func (j *Journal) Intent(writes []authmethod.Write) error {
	var lines bytes.Buffer
	for _, write := range writes {
		e := j.entry(&lines, eventIntent, write.Row)
		if write.Verb != authmethod.Create {
			e.Stringer("verb", write.Verb)
		}
		optional(e, "as", string(write.As))
		optional(e, "previous", write.Previous.Graph())
		e.Send()
	}
	return j.flush(j.add(lines.Bytes(), 1))
}

// optional adds a member that has a text.
func optional(e *zerolog.Event, name, text string) {
	if text != "" {
		e.Str(name, text)
	}
}

// Outcome records what became of a row. It is safe with the next intent. If the
// process dies before, the row is settled by a read when the run goes on. A
// failure to write shows at the next Intent, at End or at Close.
func (j *Journal) Outcome(row authmethod.RowNumber, result authmethod.Result) error {
	var line bytes.Buffer
	e := j.entry(&line, eventOutcome, row).Str("outcome", string(result.Outcome))
	optional(e, "class", string(result.Class))
	optional(e, "reason", string(result.Reason))
	if result.Status != 0 {
		e.Int("httpStatus", result.Status)
	}
	optional(e, "code", result.Code)
	optional(e, "message", result.Message)
	optional(e, "detail", result.Detail)
	optional(e, "advice", result.Advice)
	optional(e, "requestId", result.RequestID)
	if result.Attempts != 0 {
		e.Int("attempts", result.Attempts)
	}
	optional(e, "registered", result.Registered.Graph())
	optional(e, "as", string(result.As))
	if result.Would != authmethod.None {
		e.Stringer("would", result.Would)
	}
	optional(e, "smsSignIn", result.SMSSignIn)
	optional(e, "credential", result.Credential)
	e.Send()
	if mine := j.add(line.Bytes(), 0); j.waiting() >= muchPending {
		return j.flush(mine + 1) // what a run knows without asking comes all at once
	}
	return nil
}

// muchPending is how much is kept before it is written without an intent.
const muchPending = 1 << 20

// waiting is how much is not written yet.
func (j *Journal) waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.pending)
}

// entry begins a line about a row, which Send writes to w. The number is whole:
// with a masked one a run could neither go on nor be rolled back.
func (j *Journal) entry(w io.Writer, name string, n authmethod.RowNumber) *zerolog.Event {
	row := j.rows.At(n)
	e := event(w, name).Str("user", row.User)
	if address := j.rows.Address(row); address != row.User {
		e.Str("address", address)
	}
	return e.Str("phoneType", string(row.PhoneType)).Str("phoneNumber", row.Number.Graph()).Int32("line", row.Line)
}

// event begins a line. An event of zerolog is JSON made without reflection: a run
// has two lines for each row.
func event(w io.Writer, name string) *zerolog.Event {
	lines := zerolog.New(w)
	return lines.Log().Str("event", name).Str("at", time.Now().UTC().Format(time.RFC3339Nano))
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
	// The two change places: entries are added to one while the other is
	// written.
	j.pending, j.written = j.written[:0], lines
	j.mu.Unlock()
	_, err := j.file.Write(lines)
	if err == nil {
		// A write alone does not survive a power cut:
		// https://pubs.opengroup.org/onlinepubs/9799919799/functions/fsync.html.
		err = j.file.Sync()
	}
	if err == nil {
		err = j.there()
	}
	if err != nil {
		j.err = fmt.Errorf("writing the journal: %w", err)
		return j.err
	}
	j.synced = upTo
	return nil
}

// there makes sure that what was written can be found again: a folder that was
// removed takes the file along, and writes to it succeed all the same.
func (j *Journal) there() error {
	ours, err := j.file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: it was removed while the run was under way", err)
	}
	if err == nil && !os.SameFile(ours, named) {
		err = fmt.Errorf("%s is another file by now", j.path)
	}
	return err
}

// Close writes what is pending and closes the file. It does not say that the run
// is over.
func (j *Journal) Close() error {
	err := j.flush(j.add(nil, 1))
	if closeErr := j.file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing the journal: %w", closeErr)
	}
	return err
}

// End records in a journal that is closed that its run came to an end of its own,
// with this exit code.
func End(path string, exitCode int) error {
	var line bytes.Buffer
	event(&line, eventEnd).Int("exitCode", exitCode).Send()
	file, err := inside(path, os.O_WRONLY|os.O_APPEND)
	if err == nil {
		_, err = file.Write(line.Bytes())
		err = errors.Join(err, file.Sync(), file.Close())
	}
	if err != nil {
		return fmt.Errorf("ending the journal: %w", err)
	}
	return nil
}
