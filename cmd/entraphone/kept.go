package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// writeRejects hands back the lines whose rows need somebody, in the dialect of
// the file: one file for each kind of help. It returns their paths. Files of an
// earlier attempt are replaced, or removed where nothing of their kind is left. An
// interrupt does not stop it. Those of a file that came encrypted are encrypted.
func (r *importRun) writeRejects(ctx context.Context) (paths []string, err error) {
	end := r.rejectsEnd()
	if end == "" {
		if r.undoes == "" {
			r.logger.Warn().Msg("no rejects are written: the file came encrypted, and its identity does not tell to whom they could be")
		}
		return nil, nil
	}
	for _, class := range authmethod.Classes() {
		remarks, path := remarksOf(r.input, r.results, class), r.folder.file(rejectsPrefix+string(class)+end)
		if len(remarks) == 0 {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return paths, fmt.Errorf("removing what is done from the rejects: %w", err)
			}
			continue
		}
		err := report.Publish(path, func(w io.Writer) error { return r.input.excerpt(context.WithoutCancel(ctx), remarks, w) })
		if err != nil {
			return paths, fmt.Errorf("writing %s: %w", filepath.Base(path), err)
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		if err := os.Remove(r.folder.file(rejectsProfile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("removing how the rejects were read: %w", err)
		}
		return nil, nil
	}
	if err := writeReading(r); err != nil {
		return paths, fmt.Errorf("writing how the rejects were read: %w", err)
	}
	return paths, nil
}

// unseen reports whether nobody will look at what a run has to say.
func (r *importRun) unseen(facts report.Facts) bool {
	return r.quiet || r.after.quiet && facts.ExitCode == exitDone
}

// rejectsEnd is how the names of rejects end, or "" where there can be none: a rollback
// has no file, and what came encrypted is not written plain.
func (r *importRun) rejectsEnd() string {
	end := ".csv"
	if r.input.Reading.Sheet != "" {
		end = ".xlsx"
	}
	switch {
	case r.undoes != "":
		return ""
	case r.input.opener.by == nil:
		return end
	case r.input.opener.recipients() == nil:
		return ""
	}
	return end + ".age"
}

// load gives a run of which there is a journal its rows again: those of its file,
// or those of the run that it rolls back.
func (r *importRun) load(header journal.Header, state string, read func() (*input, error)) (err error) {
	if r.undoes = header.Undoes; r.undoes != "" {
		undone, err := findRun(state, r.undoes, nil)
		if err != nil {
			return fmt.Errorf("going on with a rollback: %w", err)
		}
		_, err = r.takeBack(undone, header.UndoneBytes, header.Doubtful)
		return err
	}
	if r.input, err = read(); err == nil {
		r.sayReading()
	}
	return err
}

// unknown are rows of a run of which nobody knows what they changed.
type unknown struct {
	open  int // whether they were carried out
	doubt int // whether the phone that stands there stood there before
	// masked are those that were removed without anybody seeing their number.
	masked int
}

// takeBack makes rows of what a run has changed, to be undone, by the first bytes
// of its journal, or by all of it when they are 0: what it created is removed, what
// it updated gets its former number, and what it removed is registered again. Phones
// that are unchanged or a conflict stood there before and are not among them, and
// those of which only a lost answer speaks are if they are wanted.
func (r *importRun) takeBack(undone *runFolder, size int64, doubtful bool) (unknown, error) {
	past, err := foldJournal(undone, new(authmethod.Rows), size)
	if err != nil {
		return unknown{}, err
	}
	file, not := &importfile.File{Reading: importfile.Reading{Name: "the run " + undone.name()}}, unknown{}
	r.undoneBytes, r.doubtful, r.expected = past.Whole, doubtful, map[authmethod.RowNumber]authmethod.PhoneNumber{}
	for _, row := range past.Gone { // all of them, for no file was read
		undo := authmethod.Task{Row: authmethod.RowNumber(file.Rows.Len()), Existing: authmethod.ReplaceExpected}
		now := authmethod.Row{Line: row.Line, User: row.User, PhoneType: row.PhoneType, Number: row.Number}
		switch result := cmp.Or(row.Result, new(authmethod.Result)); {
		case row.Open:
			not.open++
			continue
		case result.Reason == authmethod.CodeAnswerLost && result.Outcome == authmethod.Created && !doubtful:
			not.doubt++
			continue
		case result.Outcome == authmethod.Created:
			undo.Verb, now.PhoneType = authmethod.Delete, cmp.Or(result.As, row.PhoneType)
			r.expected[undo.Row] = row.Number
		case result.Outcome == authmethod.Updated && !result.Registered.IsZero():
			undo.Verb, now.Number = authmethod.Update, result.Registered
			r.expected[undo.Row] = row.Number
		case result.Outcome == authmethod.Removed:
			undo.Verb, undo.Existing, now.Number = authmethod.Create, authmethod.KeepExisting, cmp.Or(result.Registered, row.Number)
			if now.Number.IsZero() {
				not.masked++
				continue
			}
			r.expected[undo.Row] = authmethod.PhoneNumber{}
		default:
			continue
		}
		file.Rows.Append(now)
		if row.Address != "" {
			file.Rows.SetAddress(row.User, row.Address)
		}
		r.undoing = append(r.undoing, undo)
	}
	r.input = &input{File: file}
	return not, nil
}

// resumable reports whether somebody can go on with the run. The simulator of a
// rehearsal ends with it.
func (r *importRun) resumable() bool {
	fromStdin := r.undoes == "" && r.file.path == importfile.StandardInput && !r.output.keepInput
	return (r.past != nil || r.target.journal) && !r.simulate && !fromStdin
}

// resumption is the command that goes on with the run. It can be pasted into a
// shell in any folder. A command by which somebody is told may hold a secret, and is
// left out.
func (r *importRun) resumption() string {
	command := "entraphone resume " + quoted(r.folder.name())
	if r.output.state != "" {
		command += " --state " + quoted(absolute(r.output.state))
	}
	for _, flag := range r.anew {
		if flag.Name != "state" && flag.Name != notifyFlag {
			command += " --" + flag.Name + "=" + quoted(flag.Value)
		}
	}
	return command
}

// quoted is a word as shells take it. What a terminal would obey is written as shells
// do, see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html.
func quoted(word string) string {
	if report.Printable(word) != word {
		var text strings.Builder
		for i := range len(word) {
			if word[i] < ' ' || word[i] > '~' || word[i] == '\'' || word[i] == '\\' {
				fmt.Fprintf(&text, `\%03o`, word[i])
				continue
			}
			text.WriteByte(word[i])
		}
		return "$'" + text.String() + "'"
	}
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./:@%+=,-", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
