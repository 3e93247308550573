package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
)

// keepCopy keeps what is read from a pipe, so that lines of it can be handed
// back. It is nil for a file, which can be read again.
func (c *importCommand) keepCopy() (io.Writer, error) {
	info, err := os.Stat(c.file.path)
	if c.file.path != importfile.StandardInput && (err != nil || info.Mode().IsRegular()) {
		return nil, nil // that it cannot be read is said by who reads it
	}
	kept, err := os.CreateTemp("", "entraphone-*.csv") // only its owner may read it
	if err != nil {
		return nil, fmt.Errorf("keeping a copy of standard input: %w", err)
	}
	c.kept = kept
	return kept, nil
}

// forgetCopy removes what keepCopy has kept.
func (c *importCommand) forgetCopy() {
	if c.kept != nil {
		_ = c.kept.Close()
		_ = os.Remove(c.kept.Name())
	}
}

// writeRejects hands back the lines whose rows need somebody, in the dialect of
// the file: one file for each kind of help. It returns their paths.
func (c *importCommand) writeRejects(ctx context.Context, e ending) (paths []string, err error) {
	for _, class := range authmethod.Classes() {
		remarks := c.remarks(e, class)
		if len(remarks) == 0 {
			continue
		}
		path := e.folder.file("rejects-" + string(class) + ".csv")
		if err := c.writeExcerpt(ctx, path, e.file, remarks); err != nil {
			return paths, fmt.Errorf("writing %s: %w", filepath.Base(path), err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// remarks gathers by line what is said of its rows. Where a line has several
// phones, it names which.
func (c *importCommand) remarks(e ending, class authmethod.Class) map[int32]importfile.Remark {
	remarks := map[int32]importfile.Remark{}
	for i, row := range e.file.Rows.All() {
		result := e.results.Result(i)
		if result.Outcome.Success() || result.Class != class {
			continue
		}
		reason := result.Message
		if !e.file.Reading.Long && row.PhoneType != "" {
			reason = string(row.PhoneType) + ": " + reason
		}
		before, several := remarks[row.Line]
		if several {
			reason = before.Reason + "; " + reason
			if result.Advice != before.Advice {
				result.Advice = before.Advice + "; " + result.Advice
			}
		}
		remarks[row.Line] = importfile.Remark{Reason: reason, Advice: result.Advice}
	}
	return remarks
}

func (c *importCommand) writeExcerpt(ctx context.Context, path string, file *importfile.File, remarks map[int32]importfile.Remark) error {
	source, err := c.readAgain()
	if err != nil {
		return err
	}
	defer source.Close()
	options, err := c.file.reading(file.Reading.Name)
	if err != nil {
		return err
	}
	return publish(path, func(w io.Writer) error {
		return importfile.Excerpt(context.WithoutCancel(ctx), source, options, file, remarks, w)
	})
}

// readAgain opens what was read.
func (c *importCommand) readAgain() (io.ReadCloser, error) {
	if c.kept != nil {
		return os.Open(c.kept.Name())
	}
	source, _, err := importfile.Open(c.file.path, c.stdin)
	return source, err
}
