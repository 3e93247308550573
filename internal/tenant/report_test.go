package tenant_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/tenant"
)

func pattern(expression string) *regexp.Regexp { return regexp.MustCompile(expression) }

// The report says who has which phones, and nothing of numbers.
func TestRegistrations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const allID, noneID = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b2"
		tt, _ := simulated(t, graphsim.Config{Directory: people(t,
			directory.User{ID: strings.ToUpper(allID), UserPrincipalName: "all@example.com", IsAdmin: true, Mobile: "+1 2065550100", AlternateMobile: "+1 2065550101", Office: "+1 2065550102", DefaultMethod: "alternateMobile"},
			directory.User{ID: noneID, UserPrincipalName: "none@example.com"},
		)})
		report, err := tt.Registrations(t.Context())
		want := tenant.Report{
			Users: map[string]tenant.Registration{
				allID:  {Mobile: true, AlternateMobile: true, Office: true, IsAdmin: true, Default: "voiceAlternateMobile"},
				noneID: {Default: "none"},
			},
			Updated: time.Now().UTC().Truncate(time.Second),
		}
		if diff := cmp.Diff(want, report); diff != "" || err != nil {
			t.Errorf("Registrations = %v, (-want +got)\n%s", err, diff)
		}
	})
}

// Ten pages take their time, and none of them is throttled.
func TestRegistrationsKeepToTheQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota, _ := graphsim.ParseQuota("5/10s")
		tt, sim := simulated(t, graphsim.Config{Directory: employees(t, 9990+1), ReportQuota: quota})
		began := time.Now()
		report, err := tt.Registrations(t.Context())
		if got := sim.Stats(); err != nil || len(report.Users) != 9991 || got.PlainRequests != 11 || got.Throttled != 0 {
			t.Errorf("Registrations = %d users, %v with %+v, want 9,991 in 11 requests, none throttled", len(report.Users), err, got)
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("11 pages took %v, want 20s", took)
		}
	})
}

// Where the report cannot be had it says why, and that is no error.
func TestRegistrationsRefused(t *testing.T) {
	const licence = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
	page := body(`{"value":[{"id":"A","methodsRegistered":["mobilePhone"]}],"@odata.nextLink":"/next"}`)
	last := body(`{"value":[{"id":"B","methodsRegistered":["officePhone","fido2"],"lastUpdatedDateTime":null}]}`)
	tests := []struct {
		name      string
		replies   []func() (string, authmethod.Answer)
		users     int
		says      string // empty for a report that is whole
		questions int
	}{
		{"whole", []func() (string, authmethod.Answer){page, last}, 2, "", 2},
		{"no permission", []func() (string, authmethod.Answer){refused(403, "Authentication_MSGraphPermissionMissing")}, 0, "AuditLog.Read.All", 1},
		{"no licence", []func() (string, authmethod.Answer){refused(403, licence)}, 0, "P1 or P2", 3},
		{"no licence, it seems", []func() (string, authmethod.Answer){refused(403, licence), refused(403, licence), page, last}, 2, "", 4},
		{"a fault that looks like a refusal", []func() (string, authmethod.Answer){refused(403, "MissingCredentials"), page, last}, 2, "", 3},
		{"no reading of the directory", []func() (string, authmethod.Answer){refused(403, "Authentication_ApplicationHasNoDirectoryReadAccess")}, 0, "Directory.Read.All", 1},
		{"the role ends in the middle", []func() (string, authmethod.Answer){page, refused(403, "Authentication_RequestFromUnsupportedUserRole")}, 1, "Reports Reader", 2},
		{"a page names itself", []func() (string, authmethod.Answer){page, page}, 1, "twice", 2},
		{"something new", []func() (string, authmethod.Answer){refused(400, "x")}, 0, `status 400 x "no", request id r`, 1},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			asker := inOrder(test.replies...)
			report, err := askedBy(asker).Registrations(t.Context())
			if err != nil || len(report.Users) != test.users || (report.Refused == nil) != (test.says == "") || len(asker.asked) != test.questions {
				t.Fatalf("%s: Registrations = %+v, %v after %q, want %d users after %d questions", test.name, report, err, asker.asked, test.users, test.questions)
			}
			if test.says != "" && !strings.Contains(report.Refused.Error(), test.says) {
				t.Errorf("%s: refused with %q, want %q", test.name, report.Refused, test.says)
			}
		})
	}
}

// Throttles and lost pages in the middle cost time and no line of the report.
func TestRegistrationsThroughTrouble(t *testing.T) {
	for i, fault := range []graphsim.Fault{
		{Status: http.StatusTooManyRequests, RetryAfter: "12"}, {Drop: graphsim.DropAfter}, {Truncate: 20000}, {Status: 504},
	} {
		synctest.Test(t, func(t *testing.T) {
			fault.After, fault.Count, fault.Path = 1, 2, pattern("reports/")
			tt, _ := simulated(t, graphsim.Config{Directory: employees(t, 2500), Faults: []graphsim.Fault{fault}})
			report, err := tt.Registrations(t.Context())
			if err != nil || report.Refused != nil || len(report.Users) != 2500 {
				t.Errorf("fault %d: Registrations = %d users, %v, %v, want all 2,500", i, len(report.Users), report.Refused, err)
			}
		})
	}
}

// A run that is stopped does not wait for the report.
func TestRegistrationsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asker := inOrder(refused(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"))
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		report, err := askedBy(asker).Registrations(ctx)
		if err == nil || report.Refused != nil || len(asker.asked) != 1 {
			t.Errorf("Registrations = %+v, %v after %d questions, want the context's error after one", report, err, len(asker.asked))
		}
	})
}
