package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/google/uuid"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
	"entraphone/internal/tenant"
)

// lookup is what was found out about the users of a file before anything is planned.
type lookup struct {
	findings []authmethod.Finding
	without  func(user string) bool // for a planner; nil where nobody knows
}

// worthAReport is how many users make the registration report cheaper than reading
// their phones: it is read as a whole, 999 users at a time.
const worthAReport = 1000

// lookUp finds out whom the names of the file mean, where Graph does not take them as
// they are, and, for a run that looks first anyway, what else there is to be known of
// its users. That may be nothing: a credential need not see the directory.
func lookUp(ctx context.Context, r *importRun) (d lookup, err error) {
	key := r.input.Reading.UserKey
	mixed := namesMixed(&r.input.Rows)
	if !key.LookedUp() && !mixed && !r.planning && !r.foresight.wanted(r) {
		return d, d.ownAccount(ctx, r, nil)
	}
	if client, _ := r.target.client(); client == nil {
		if key.LookedUp() {
			return d, usagef("the file names users by %s, and a dry run does not ask the tenant who they are: entraphone plan does", key.Property())
		}
		return d, nil
	}
	if err := r.target.Authenticate(ctx); err != nil {
		return d, err
	}
	client, pacer := r.target.client()
	asked := tenant.Tenant{Asker: client, Pacer: pacer, Reports: pace.New(float64(r.pace.rate), rand.Float64), GiveUpAfter: r.pace.giveUpAfter}
	names, at := distinctUsers(&r.input.Rows)
	matches, err := asked.Find(ctx, tenant.Key(key.Property()), names)
	var refused *tenant.RefusedError
	switch {
	case errors.As(err, &refused) && !key.LookedUp():
		text := "nobody can tell which users are guests or disabled"
		if mixed {
			text += ", nor whether an object id and a userPrincipalName mean the same user"
		}
		r.logger.Warn().Err(err).Msg(text)
		return d, d.ownAccount(ctx, r, nil)
	case err != nil:
		return d, err
	}
	users := map[string]tenant.User{}
	for n, row := range r.input.Rows.All() {
		if row.User == "" {
			continue
		}
		name, match := strings.ToLower(row.User), matches[at[strings.ToLower(row.User)]]
		switch {
		case len(match.Users) == 1:
			users[name] = match.Users[0]
			d.noteUser(n, match.Users[0])
			// Graph does not take guests by their names everywhere.
			if key.LookedUp() || mixed || match.Users[0].Guest {
				r.input.Rows.SetAddress(row.User, match.Users[0].ID)
			}
		case len(match.Users) > 1:
			d.stop(n, authmethod.CodeUserAmbiguous.Problem(key.Property(), len(match.Users), row.User, named(match.Users)))
		case !match.AsItIs:
			d.stop(n, authmethod.CodeUserNotFound.Problem(key.Property(), row.User))
		}
	}
	if len(names) >= worthAReport {
		if err := d.readReport(ctx, r, &asked, users); err != nil {
			return d, err
		}
	}
	return d, d.ownAccount(ctx, r, users)
}

// namesMixed reports whether a file names some users by object id and some by
// userPrincipalName, so that two rows may mean one user without looking like it.
func namesMixed(rows *authmethod.Rows) bool {
	ids, others := false, false
	for _, row := range rows.All() {
		if row.User != "" && !row.Rejected() {
			id := uuid.Validate(row.User) == nil
			ids, others = ids || id, others || !id
		}
	}
	return ids && others
}

// distinctUsers are the users that the rows name, each once, and where they stand in
// that list by their names in lower case.
func distinctUsers(rows *authmethod.Rows) (names []string, at map[string]int) {
	at = map[string]int{}
	for _, row := range rows.All() {
		name := strings.ToLower(row.User)
		if _, known := at[name]; !known && name != "" {
			at[name] = len(names)
			names = append(names, row.User)
		}
	}
	return names, at
}

// named names a few users.
func named(users []tenant.User) string {
	const most = 5
	var names []string
	for _, user := range users[:min(most, len(users))] {
		names = append(names, user.UserPrincipalName)
	}
	slices.Sort(names)
	text := strings.Join(names, ", ")
	if len(users) > most {
		text += fmt.Sprintf(" and %d more", len(users)-most)
	}
	return text
}

func (d *lookup) stop(n authmethod.RowNumber, p authmethod.Problem) {
	d.findings = append(d.findings, authmethod.Finding{Row: n, Stops: true, Problem: &p})
}

func (d *lookup) note(n authmethod.RowNumber, code authmethod.Code) {
	p := code.Problem()
	d.findings = append(d.findings, authmethod.Finding{Row: n, Problem: &p})
}

func (d *lookup) noteUser(n authmethod.RowNumber, user tenant.User) {
	if user.Disabled {
		d.note(n, authmethod.CodeUserDisabled)
	}
	if user.Guest {
		d.note(n, authmethod.CodeUserGuest)
	}
}

// defaultPhone is the phone that a user is asked on first, by what the report says, see
// https://learn.microsoft.com/graph/api/resources/userregistrationdetails.
var defaultPhone = map[string]authmethod.PhoneType{
	"sms": authmethod.PhoneTypeMobile, "voiceMobile": authmethod.PhoneTypeMobile,
	"voiceAlternateMobile": authmethod.PhoneTypeAlternateMobile, "voiceOffice": authmethod.PhoneTypeOffice,
}

// readReport takes from the registration report who has no phone, so that it need not
// be read, and who is an administrator.
func (d *lookup) readReport(ctx context.Context, r *importRun, asked *tenant.Tenant, users map[string]tenant.User) error {
	report, err := asked.Registrations(ctx)
	if err != nil {
		return err
	}
	if report.Refused != nil {
		r.logger.Warn().Err(report.Refused).Msg("the registration report cannot be read, so that the phones of every user are")
	}
	of := func(name string) (tenant.Registration, bool) {
		user, found := users[strings.ToLower(name)]
		if !found {
			return tenant.Registration{}, false
		}
		registration, told := report.Users[strings.ToLower(user.ID)]
		return registration, told
	}
	byAddress := map[string]string{}
	for n, row := range r.input.Rows.All() {
		byAddress[strings.ToLower(r.input.Rows.Address(row))] = row.User
		registration, told := of(row.User)
		if told && registration.IsAdmin {
			d.note(n, authmethod.CodeUserAdmin)
		}
		if row.Action == authmethod.Remove && row.PhoneType != "" && defaultPhone[registration.Default] == row.PhoneType {
			d.note(n, authmethod.CodeDefaultPhone)
		}
	}
	d.without = func(address string) bool {
		registration, told := of(byAddress[strings.ToLower(address)])
		return told && !registration.Mobile && !registration.AlternateMobile && !registration.Office
	}
	return nil
}

// ownAccount sets the rows aside of the account that has signed in, where a person has:
// see https://learn.microsoft.com/graph/api/authentication-post-phonemethods.
func (d *lookup) ownAccount(ctx context.Context, r *importRun, users map[string]tenant.User) error {
	client, _ := r.target.client()
	if client == nil || !r.target.personal {
		return nil
	}
	claims, told, err := client.Claims(ctx)
	if err != nil || !told || claims.User == "" {
		return err
	}
	for n, row := range r.input.Rows.All() {
		user := users[strings.ToLower(row.User)]
		if slices.ContainsFunc([]string{row.User, user.UserPrincipalName, user.ID}, func(name string) bool { return name != "" && strings.EqualFold(name, claims.User) }) {
			d.stop(n, authmethod.CodeOwnAccount.Problem())
		}
	}
	return nil
}
