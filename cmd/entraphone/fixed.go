package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// writeFixed writes a cleaned copy of a file, and says so. What cannot be cleaned has
// its reason behind it.
func writeFixed(ctx context.Context, p process, in *input, results *authmethod.Results, path string) error {
	if in.opener.by != nil && in.opener.recipients() == nil {
		return usagef("--fixed: the file came encrypted, and its identity does not tell to whom the copy could be")
	}
	if workbook := in.Reading.Sheet != ""; workbook != strings.EqualFold(filepath.Ext(path), ".xlsx") && in.opener.by == nil {
		if workbook {
			return usagef("--fixed %s: the copy of an Excel workbook is one: name it .xlsx", fileNamed(path))
		}
		return usagef("--fixed %s: the copy of a text file is one: name it .csv", fileNamed(path))
	}
	remarks := remarksOf(in, results, authmethod.FixData)
	err := report.Publish(path, func(w io.Writer) error { return in.fixed(ctx, remarks, w) })
	if err != nil {
		return fmt.Errorf("writing the cleaned copy: %w", err)
	}
	p.console.say("a cleaned copy is %s: numbers as they would be sent, and %s to be corrected by hand, with the reason behind", fileNamed(path), counted(len(remarks), "line"))
	return nil
}

// mayBeFixed refuses to write a cleaned copy where a file is: it may be the only one.
func mayBeFixed(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return usagef("--fixed %s: it is there already; name a new file", fileNamed(path))
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return usagef("--fixed: there is no folder %s", fileNamed(filepath.Dir(path)))
	}
	return nil
}

// readTwice reads a file of which the lines are wanted again. Its bytes are copied to
// a folder of the system's for as long.
func readTwice(ctx context.Context, p process, o fileOptions) (in *input, done func(), err error) {
	folder, err := os.MkdirTemp("", "entraphone-")
	if err != nil {
		return nil, nil, fmt.Errorf("keeping a copy of the file: %w", err)
	}
	in, err = readInput(ctx, p, o, folder)
	done = func() {
		if in != nil {
			in.forget()
		}
		_ = os.RemoveAll(folder)
	}
	if err != nil {
		done()
	}
	return in, done, err
}

// remarksOf gathers by line what is said of the rows of a class. Where a line has
// several phones, it names which.
func remarksOf(in *input, results *authmethod.Results, class authmethod.Class) map[int32]importfile.Remark {
	remarks := map[int32]importfile.Remark{}
	for n, row := range in.Rows.All() {
		result := results.At(n)
		if result.Outcome.Success() || result.Class != class {
			continue
		}
		reason := result.Message
		if result.Outcome == authmethod.Conflict && !result.Registered.IsZero() {
			reason += ": " + result.Registered.Graph()
		}
		if !in.Reading.Long && row.PhoneType != "" {
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
