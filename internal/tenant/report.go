package tenant

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"entraphone/internal/pace"
)

// Registration is what the report says of one user: which phones are there, and
// not which numbers.
type Registration struct {
	Mobile, AlternateMobile, Office bool

	IsAdmin bool // holds a role that protects the account

	// Default is the second factor that is asked for first, in the words of
	// userPreferredMethodForSecondaryAuthentication: voiceMobile, push, none …
	Default string
}

// Report is the registration report of the tenant. A user who is not in it is too
// new, deleted, or not reported on.
type Report struct {
	Users   map[string]Registration // by object id in lower case
	Updated time.Time               // of the newest line; zero where none told

	// Refused says why the report cannot tell, or cannot tell all: a permission,
	// a role or a licence is missing. It is nil for a report that is whole.
	Refused *RefusedError
}

// registrationRow is a line of the report, see
// https://learn.microsoft.com/graph/api/resources/userregistrationdetails.
type registrationRow struct {
	ID          string   `json:"id"`
	IsAdmin     bool     `json:"isAdmin"`
	Methods     []string `json:"methodsRegistered"`
	Default     string   `json:"userPreferredMethodForSecondaryAuthentication"`
	LastUpdated string   `json:"lastUpdatedDateTime"`
}

const reportPath = "/reports/authenticationMethods/userRegistrationDetails?$top="

// doubtful are refusals that are told at times to who has all that is needed; see
// https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3581 and
// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1751.
var doubtful = []string{"authentication_requestfromnonpremiumtenantorb2ctenant", "missingcredentials"}

// mostDoubts is how often a doubtful refusal is put to the test.
const mostDoubts = 2

// Registrations reads the registration report. Nothing depends on it: a tenant
// without the licence and a credential without the permission have a report that
// says so. An error is as that of Find, but for refusals.
func (t *Tenant) Registrations(ctx context.Context) (Report, error) {
	r := &reader{asker: t.Asker, pacer: t.Reports, giveUpAfter: t.GiveUpAfter, what: ofReport}
	for doubts := 0; ; doubts++ {
		report := Report{Users: map[string]Registration{}}
		_, err := pages(ctx, r, []string{reportPath + strconv.Itoa(largestPage)}, math.MaxInt, func(row registrationRow) { report.add(row, t.Asker.Shown) })
		refused, is := errors.AsType[*RefusedError](err)
		switch {
		case !is:
			return report, err
		case doubts >= mostDoubts || !slices.Contains(doubtful, strings.ToLower(refused.Answer.Code)):
			report.Refused = refused
			return report, nil
		}
		waiting, cancel := context.WithTimeout(ctx, pace.Backoff(doubts, 0))
		<-waiting.Done()
		cancel()
	}
}

// add puts a line into the report. Times are compared as such, because some are
// written with fractions.
func (r *Report) add(row registrationRow, shown func(string) string) {
	r.Users[strings.ToLower(row.ID)] = Registration{
		Mobile:          slices.Contains(row.Methods, "mobilePhone"),
		AlternateMobile: slices.Contains(row.Methods, "alternateMobilePhone"),
		Office:          slices.Contains(row.Methods, "officePhone"),
		IsAdmin:         row.IsAdmin,
		Default:         shown(row.Default),
	}
	if at, err := time.Parse(time.RFC3339, row.LastUpdated); err == nil && at.After(r.Updated) {
		r.Updated = at
	}
}
