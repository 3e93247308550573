package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/phonenumber"
	"entraphone/internal/report"
	"entraphone/internal/tenant"
)

// exporter finds out who is to be exported, and reads their phones.
type exporter struct {
	*exportCommand
	logger zerolog.Logger
	tenant tenant.Tenant
	part   *exportPart // nil where what was read is not kept

	began    time.Time
	requests func() int64

	phones                   map[string]tenant.Phones // of users who were read, by id in lower case
	wanted, without, skipped int                      // users; without a phone; those among them who were not read
	unread                   map[string]int           // users who could not be found or read, by why
	first                    map[string]string        // the first of each, to be named
	refused                  int                      // with status 403
	last403                  authmethod.Answer
}

// who are the users to be exported, each once.
func (x *exporter) who(ctx context.Context) ([]tenant.User, error) {
	switch {
	case x.file.path != "":
		return x.listed(ctx)
	case x.group != "":
		return x.tenant.Members(ctx, x.group)
	}
	return x.tenant.Users(ctx)
}

// listed finds the users that the file of --users names. Where the credential may
// not see the directory, their phones are asked for by the names as they stand.
func (x *exporter) listed(ctx context.Context) ([]tenant.User, error) {
	in, err := x.openList(ctx)
	if err != nil {
		return nil, err
	}
	for _, warning := range in.Reading.Warnings {
		x.logger.Warn().Msg(warning)
	}
	for _, row := range in.Rows.All() {
		if row.User == "" {
			x.miss("the line names no user", fmt.Sprintf("line %d", row.Line))
		}
	}
	key := in.Reading.UserKey
	names, _ := distinctUsers(&in.Rows)
	matches, err := x.tenant.Find(ctx, tenant.Key(key.Property()), names)
	var refused *tenant.RefusedError
	switch {
	case errors.As(err, &refused) && !key.LookedUp():
		x.logger.Warn().Err(err).Msg("the users are asked for by the names in the list, which the export keeps")
		matches = make([]tenant.Match, len(names))
		for i, name := range names {
			matches[i].AsItIs = heading.Addressable(name)
		}
	case err != nil:
		return nil, err
	}
	var users []tenant.User
	known := map[string]bool{}
	for i, match := range matches {
		if match.AsItIs {
			match.Users = []tenant.User{{ID: names[i], UserPrincipalName: names[i]}}
		}
		switch {
		case len(match.Users) == 0:
			x.miss("the tenant has no such user", names[i])
		case len(match.Users) > 1:
			x.miss("several users have this "+key.Property(), names[i])
		case !known[strings.ToLower(match.Users[0].ID)]:
			known[strings.ToLower(match.Users[0].ID)] = true
			users = append(users, match.Users[0])
		}
	}
	return users, nil
}

// openList reads the file of --users, in which the phones do not matter. A list
// without a heading is one name a line.
func (x *exporter) openList(ctx context.Context) (*input, error) {
	source, name, err := importfile.Open(ctx, x.file.path, x.stdin)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	text, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	first, _, _ := bytes.Cut(bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff"))), []byte("\n"))
	if _, kind := heading.UserOf(heading.Trim(string(first))); kind.Fit(false) {
		text = slices.Concat([]byte("userPrincipalName\n"), bytes.TrimPrefix(text, []byte("\ufeff")))
	}
	p, o := x.process, x.file
	p.stdin, o.path, o.name, o.action = bytes.NewReader(text), importfile.StandardInput, name, authmethod.Remove
	return readInput(ctx, p, o, "")
}

// miss counts a user who is not exported for this reason.
func (x *exporter) miss(why, user string) {
	if x.unread[why]++; x.unread[why] == 1 {
		x.first[why] = user
	}
	x.logger.Debug().Str("user", report.MaskUser(user)).Str("why", why).Msg("not exported")
}

// missing says who is not exported, and why.
func (x *exporter) missing() (lines []string) {
	for _, why := range slices.Sorted(maps.Keys(x.unread)) {
		lines = append(lines, fmt.Sprintf("%d not exported: %s (the first is %s)", x.unread[why], why, report.Printable(report.MaskUser(x.first[why]))))
	}
	return lines
}

// read reads the phones of the users, but of those that were read before, and of
// those who have none by the report.
func (x *exporter) read(ctx context.Context, users []tenant.User) error {
	x.wanted = len(users)
	without, err := x.byReport(ctx, users)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(users), func(user tenant.User) bool {
		id := strings.ToLower(user.ID)
		_, read := x.phones[id]
		if without[id] && !read {
			x.skipped, x.without = x.skipped+1, x.without+1
		}
		if read && len(x.phones[id]) == 0 {
			x.without++
		}
		return read || without[id]
	})
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	line := newProgress(x.console, x.logger, view{title: "reading the phones of users", what: "user", total: len(open)}, func() flow { return flow{Status: x.tenant.Pacer.Status()} })
	defer line.end()
	done := 0
	err = x.tenant.Phones(reading, open, func(user tenant.User, phones tenant.Phones, refusal authmethod.Answer) {
		line.add()
		if done++; phones == nil {
			x.refuse(user, refusal)
		} else if err := x.take(user, phones); err != nil {
			stop(err)
		}
		if x.refused == done && x.refused >= enough && len(x.phones) == 0 {
			stop(x.refusal())
		}
	})
	if x.refused > 0 && x.refused == done && len(x.phones) == 0 {
		stop(x.refusal())
	}
	return cmp.Or(err, context.Cause(reading)) // what stopped it may have come with the last answers
}

// enough refusals in a row, with nothing else, are no matter of single users.
const enough = 1000

// refusal ends an export that was refused everything.
func (x *exporter) refusal() error { return &tenant.RefusedError{What: "phones", Answer: x.last403} }

func (x *exporter) refuse(user tenant.User, refusal authmethod.Answer) {
	why := fmt.Sprintf("Graph refuses the phones (%s)", strings.TrimSpace(fmt.Sprintf("status %d %s", refusal.Status, refusal.Code)))
	switch {
	case refusal.Status == 0 || refusal.Status >= http.StatusInternalServerError:
		why = "Graph does not answer for the phones, again and again"
	case refusal.Status == http.StatusNotFound:
		why = "Graph knows no such user, who may have been deleted meanwhile (status 404)"
	case refusal.Status == http.StatusForbidden:
		x.refused, x.last403 = x.refused+1, refusal
	}
	x.miss(why, cmp.Or(user.UserPrincipalName, user.ID))
}

// take keeps the phones of a user, if they are whole.
func (x *exporter) take(user tenant.User, phones tenant.Phones) error {
	for _, shown := range phones {
		if phonenumber.Compare(authmethod.PhoneNumber{}, shown) == authmethod.CannotTell {
			return maskedError{}
		}
	}
	if len(phones) == 0 {
		x.without++
	}
	x.phones[strings.ToLower(user.ID)] = phones
	return x.part.add(user.ID, phones)
}

// byReport are the ids, in lower case, of the users who have no phone by the
// registration report; nil where it is not worth its questions or cannot be had.
func (x *exporter) byReport(ctx context.Context, users []tenant.User) (without map[string]bool, err error) {
	if x.noReport || len(users) < worthAReport {
		return nil, nil
	}
	x.logger.Info().Int("users", len(users)).Msg("reading the registration report, 500 users a second")
	registered, err := x.tenant.Registrations(ctx)
	if err != nil {
		return nil, err
	}
	if registered.Refused != nil {
		x.logger.Warn().Err(registered.Refused).Msg("the registration report cannot be read, so that the phones of every user are")
		return nil, nil
	}
	without = map[string]bool{}
	for id, registration := range registered.Users {
		without[id] = !registration.Mobile && !registration.AlternateMobile && !registration.Office
	}
	return without, nil
}

// maskedError ends an export for whom Graph masks the numbers: a file of them could
// not be imported. See
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
type maskedError struct{}

func (maskedError) Error() string {
	return "Graph shows the numbers masked, as it does to an Authentication Administrator: nothing was written, because the file could not be imported"
}

func (maskedError) Advice() string {
	return "sign in with the role Privileged Authentication Administrator or Global Reader, or as an app with the permission UserAuthMethod-Phone.Read.All or UserAuthenticationMethod.Read.All"
}

func (maskedError) ExitCode() int { return exitRefused }
