package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/report"
	"entraphone/internal/tenant"
)

// exported is the file as a whole.
type exported struct {
	text          []byte
	users, phones int      // in it
	foreign       int      // numbers that are left out
	idle          []string // old domains of --rename-domain that nobody has
}

// exportedColumns are the phones in the order of their columns.
var exportedColumns = []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice}

// newExported writes the lines of the users who have a phone, in their order.
func newExported(users []tenant.User, phones map[string]tenant.Phones, renames map[string]string) *exported {
	e, renamed := &exported{}, map[string]bool{}
	var text bytes.Buffer
	out := csv.NewWriter(&text) // a buffer takes everything
	_ = out.Write([]string{"userPrincipalName", "mobile", "alternateMobile", "office"})
	for _, user := range users {
		of := phones[strings.ToLower(user.ID)]
		name := user.UserPrincipalName
		if domain := domainOf(name); renames[domain] != "" {
			name, renamed[domain] = name[:len(name)-len(domain)]+renames[domain], true
		}
		cells, found := []string{userCell(name, user.ID)}, 0
		for _, phoneType := range exportedColumns {
			number := phonenumber.Shown(of[phoneType]).Graph()
			cells = append(cells, number)
			switch {
			case number != "":
				found++
			case of[phoneType] != "":
				e.foreign++
			}
		}
		if found > 0 {
			_ = out.Write(cells)
			e.users, e.phones = e.users+1, e.phones+found
		}
	}
	out.Flush()
	e.text = text.Bytes()
	for domain := range renames {
		if !renamed[domain] {
			e.idle = append(e.idle, domain)
		}
	}
	return e
}

// domainOf is the domain of a user name in lower case; empty for names that another
// tenant does not have with another domain: those of guests, and those that B2C
// makes of object ids.
func domainOf(name string) string {
	local, domain, _ := strings.Cut(name, "@")
	if strings.Contains(strings.ToUpper(local), "#EXT#") || heading.KindOf(local) == heading.UserObjectID {
		return ""
	}
	return strings.ToLower(domain)
}

// userCell is the cell of a user which import reads as the name, and which no
// spreadsheet runs. The apostrophe of the results would be a part of the name, and a
// file with a cell that begins with one may have such quotes; mailto: is taken off.
// Who has a name that import cannot take is named by id.
func userCell(name, id string) string {
	cell := name
	if report.Safe(name) != name || strings.HasPrefix(name, "'") {
		cell = "mailto:" + name
	}
	if read, kind := heading.UserOf(heading.Trim(cell)); read != name || kind != heading.UserAddress {
		return id
	}
	return cell
}

// check reads the file as import would: what is registered need not be what import
// would register. That is told, and the file is written all the same.
func (e *exported) check(ctx context.Context, logger zerolog.Logger) error {
	for _, domain := range e.idle {
		logger.Warn().Str("domain", domain).Msg("--rename-domain: no user who is exported has this domain")
	}
	if e.phones == 0 {
		return nil
	}
	options, err := (&fileOptions{}).reading("the export")
	if err != nil {
		return err
	}
	file, err := importfile.Read(ctx, bytes.NewReader(e.text), options)
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil || file.Rows.Len() != e.phones {
		return fmt.Errorf("reading the export back: it would not be imported as it is, and nothing was written (%v)", err) // unreachable unless bug
	}
	results := authmethod.NewResults(&file.Rows, plan.Build(&file.Rows, plan.Policy{}).Findings)
	rejected := results.Counts()[authmethod.Rejected]
	for n, row := range file.Rows.All() {
		if result := results.At(n); result.Outcome == authmethod.Rejected {
			logger.Warn().Int("phones", rejected).Int32("first_line", row.Line).Str("reason", result.Reason.Word()).
				Msg("an import would reject some of these phones: entraphone check says which")
			break
		}
	}
	return nil
}
