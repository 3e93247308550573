package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/report"
	"entraphone/internal/tenant"
)

// exportPart keeps on disk what an export has read, so that the same command goes
// on there after it was stopped. It holds JSON, one object a line: a header, and
// then the users who were read. They are known by their object ids, which no two
// tenants share, so that whatever else the command asks for may differ: what it asks
// for is found out anew. A line that was not written to its end counts as none.
type exportPart struct {
	file  *os.File
	lines *json.Encoder
}

// partHeader says of where and when the lines are. Its fields are compared.
type partHeader struct {
	Format   string    `json:"format"`
	Tenant   string    `json:"tenant"`
	Endpoint string    `json:"endpoint"`
	Began    time.Time `json:"began"`
}

// partFormat is the first thing in the file, so that no other is taken for one.
const partFormat = "entraphone export 1"

// partLine is one user.
type partLine struct {
	ID     string        `json:"id"`
	Phones tenant.Phones `json:"phones"`
}

// mostPartAge is how long what was read counts: people change their phones.
const mostPartAge = 24 * time.Hour

// openPart opens what is kept at path, and puts the phones that it has into known.
// What is of another tenant, or too old, is begun anew; a file of somebody else's is
// left alone.
func openPart(path string, header partHeader, known map[string]tenant.Phones, logger zerolog.Logger) (*exportPart, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keeping what is read: %w", err)
	}
	end, err := header.recall(file, known)
	if err == nil {
		err = errors.Join(file.Truncate(end), func() error { _, err := file.Seek(end, io.SeekStart); return err }())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	p := &exportPart{file, json.NewEncoder(file)}
	if end == 0 {
		err = p.lines.Encode(header)
	} else {
		_, err = io.WriteString(file, "\n")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("keeping what is read: %w", err), file.Close())
	}
	if len(known) > 0 {
		logger.Info().Int("users", len(known)).Str("from", report.Printable(path)).Msg("going on with what an export that was stopped has read")
	}
	return p, nil
}

// recall reads the users behind a header that fits, and returns where the last of
// them ends, without the end of its line; 0 for none.
func (h partHeader) recall(file *os.File, known map[string]tenant.Phones) (end int64, err error) {
	in := json.NewDecoder(file)
	var found partHeader
	err = in.Decode(&found)
	switch {
	case err == io.EOF:
		return 0, nil
	case err != nil || found.Format != partFormat:
		return 0, usagef("%s is there, and it is not of an export: move it away", report.Printable(file.Name()))
	case found.Tenant != h.Tenant || found.Endpoint != h.Endpoint || h.Began.Sub(found.Began).Abs() > mostPartAge:
		return 0, nil
	}
	for {
		end = in.InputOffset()
		var line partLine
		if in.Decode(&line) != nil || line.ID == "" || line.Phones == nil {
			return end, nil
		}
		known[strings.ToLower(line.ID)] = line.Phones
	}
}

// add keeps the phones of one more user. A name in the place of an id is not kept.
func (p *exportPart) add(id string, phones tenant.Phones) error {
	if p == nil || strings.Contains(id, "@") {
		return nil
	}
	if err := p.lines.Encode(partLine{id, phones}); err != nil {
		return fmt.Errorf("keeping what is read: %w", err)
	}
	return nil
}

// close leaves the file for the next time.
func (p *exportPart) close() {
	if p != nil {
		_ = p.file.Close() // also after remove; what is lost is read again
	}
}

// remove takes the file away once the export is written.
func (p *exportPart) remove() error {
	if p == nil {
		return nil
	}
	p.close()
	if err := os.Remove(p.file.Name()); err != nil {
		return fmt.Errorf("removing what was kept of the export: %w", err)
	}
	return nil
}
