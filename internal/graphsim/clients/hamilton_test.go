package clients_test

import (
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/login"

	"github.com/google/go-cmp/cmp"
	"github.com/manicminer/hamilton/auth"
	"github.com/manicminer/hamilton/environments"
	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
)

func (s site) environment() environments.Environment {
	return environments.Environment{
		AzureADEndpoint: environments.AzureADEndpoint(s.URL),
		MsGraph:         environments.Api{AppId: environments.PublishedApis["MicrosoftGraph"], Endpoint: environments.ApiEndpoint(s.URL)},
	}
}

func (s site) secretAuthorizer(t *testing.T) auth.Authorizer {
	t.Helper()
	environment := s.environment()
	config := auth.Config{
		Environment: environment, TenantID: tenant, ClientID: app, ClientSecret: secret, EnableClientSecretAuth: true,
	}
	authorizer, err := config.NewAuthorizer(t.Context(), environment.MsGraph)
	if err != nil {
		t.Fatal(err)
	}
	return authorizer
}

// certificateAuthorizer begins behind the decoding of PKCS #12, which is all
// that auth.Config does beside this.
func (s site) certificateAuthorizer(t *testing.T) auth.Authorizer {
	t.Helper()
	pair, environment := newKeyPair(t), s.environment()
	config := auth.ClientCredentialsConfig{
		Environment: environment, TenantID: tenant, ClientID: app,
		PrivateKey: x509.MarshalPKCS1PrivateKey(pair.key), Certificate: pair.certificate.Raw,
		Scopes: []string{environment.MsGraph.DefaultScope()}, TokenVersion: auth.TokenVersion2,
	}
	return config.TokenSource(t.Context(), auth.ClientCredentialsAssertionType)
}

// point leaves the waits between tries out, but for Retry-After.
func (s site) point(c *msgraph.Client, authorizer auth.Authorizer) {
	c.Endpoint = s.environment().MsGraph.Endpoint
	c.Authorizer = authorizer
	c.RetryableClient.HTTPClient.Transport = http.DefaultTransport
	c.RetryableClient.RetryWaitMin = time.Millisecond
}

func (s site) hamiltonMethods(authorizer auth.Authorizer) *msgraph.AuthenticationMethodsClient {
	c := msgraph.NewAuthenticationMethodsClient(tenant)
	s.point(&c.BaseClient, authorizer)
	return c
}

func (s site) hamiltonUsers(authorizer auth.Authorizer) *msgraph.UsersClient {
	c := msgraph.NewUsersClient(tenant)
	s.point(&c.BaseClient, authorizer)
	return c
}

func hamiltonPhone(id, phoneType, number string) msgraph.PhoneAuthenticationMethod {
	phone := msgraph.PhoneAuthenticationMethod{PhoneType: &phoneType, PhoneNumber: &number}
	if id != "" {
		phone.ID = &id
	}
	return phone
}

func TestHamiltonWritesPhones(t *testing.T) {
	for name, authorizer := range map[string]func(site, *testing.T) auth.Authorizer{
		"secret": site.secretAuthorizer, "certificate": site.certificateAuthorizer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, graphsim.Config{Clients: oneApp}, false)
			c, user := s.hamiltonMethods(authorizer(s, t)), upn(0)
			// The first number is that of Hamilton's own tests against a tenant.
			for _, phone := range []msgraph.PhoneAuthenticationMethod{
				hamiltonPhone(mobileID, "mobile", "+44 07777777777"),
				hamiltonPhone(alternateID, "alternateMobile", "+1 2065550100"),
				hamiltonPhone(officeID, "office", "+1 2065550101x12"),
			} {
				sent := phone
				sent.ID = nil
				created, _, err := c.CreatePhoneMethod(t.Context(), user, sent)
				if err != nil {
					t.Fatalf("CreatePhoneMethod: %v", err)
				}
				if diff := cmp.Diff(&phone, created); diff != "" {
					t.Errorf("CreatePhoneMethod (-want +got):\n%s", diff)
				}
			}
			steps := []struct {
				name string
				do   func() (int, error)
				want int
			}{
				{"UpdatePhoneMethod", func() (int, error) {
					return c.UpdatePhoneMethod(t.Context(), user, hamiltonPhone(mobileID, "mobile", "+1 2065550102"))
				}, 200},
				{"DisablePhoneSMS", func() (int, error) { return c.DisablePhoneSMS(t.Context(), user, mobileID) }, 204},
				{"EnablePhoneSMS", func() (int, error) { return c.EnablePhoneSMS(t.Context(), user, mobileID) }, 204},
				{"DeletePhoneMethod", func() (int, error) { return c.DeletePhoneMethod(t.Context(), user, alternateID) }, 204},
			}
			for _, step := range steps {
				if status, err := step.do(); status != step.want || err != nil {
					t.Errorf("%s = %d, %v, want %d", step.name, status, err, step.want)
				}
			}
			s.hamiltonReads(t, c, user)
			s.wantPhones(t, user, map[string]string{"mobile": "+1 2065550102", "office": "+1 2065550101x12"})
			if stats := s.sim.Stats(); stats.AcceptedWrites != 7 || stats.TokenRequests != 1 {
				t.Errorf("stats = %+v, want 7 writes with one token", stats)
			}
			s.wantRefused(t)
		})
	}
}

// hamiltonReads compares all three ways to read with what the test above left.
func (s site) hamiltonReads(t *testing.T, c *msgraph.AuthenticationMethodsClient, user string) {
	t.Helper()
	mobile := hamiltonPhone(mobileID, "mobile", "+1 2065550102")
	office := hamiltonPhone(officeID, "office", "+1 2065550101x12")
	listed, _, err := c.ListPhoneMethods(t.Context(), user, odata.Query{})
	if diff := cmp.Diff(&[]msgraph.PhoneAuthenticationMethod{office, mobile}, listed); err != nil || diff != "" {
		t.Errorf("ListPhoneMethods: %v (-want +got):\n%s", err, diff)
	}
	got, _, err := c.GetPhoneMethod(t.Context(), user, mobileID, odata.Query{})
	if diff := cmp.Diff(&mobile, got); err != nil || diff != "" {
		t.Errorf("GetPhoneMethod: %v (-want +got):\n%s", err, diff)
	}
	all, _, err := c.List(t.Context(), user, odata.Query{})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	var phones []msgraph.PhoneAuthenticationMethod
	for _, method := range *all {
		if phone, ok := method.(msgraph.PhoneAuthenticationMethod); ok {
			phones = append(phones, phone)
		}
	}
	if diff := cmp.Diff([]msgraph.PhoneAuthenticationMethod{office, mobile}, phones); diff != "" || len(*all) != 3 {
		t.Errorf("List: %d methods, want a password and the phones (-want +got):\n%s", len(*all), diff)
	}
}

func TestHamiltonReadsUsers(t *testing.T) {
	t.Parallel()
	const people = 250
	s := newSite(t, graphsim.Config{Directory: staff(people)}, false)
	c := s.hamiltonUsers(s.secretAuthorizer(t))
	tests := []struct {
		name  string
		query odata.Query
		want  []string
		pages int
	}{
		{"everybody, in pages of 100", odata.Query{}, upns(people), 3},
		{"one page", odata.Query{Top: 7, Select: []string{"id", "userPrincipalName"}}, upns(7), 1},
		{"by name", odata.Query{Filter: "userPrincipalName in ('u003@example.com','U001@example.com')"}, []string{upn(1), upn(3)}, 1},
		{"by employeeId", odata.Query{Filter: "employeeId eq 'E042'"}, []string{upn(42)}, 1},
		{"by a beginning", odata.Query{Filter: "startswith(userPrincipalName,'u00')"}, upns(10), 1},
		{"as an advanced query", odata.Query{
			Filter: "onPremisesSamAccountName eq 'u042'", Count: true, ConsistencyLevel: odata.ConsistencyLevelEventual,
		}, []string{upn(42)}, 1},
	}
	for _, test := range tests {
		before := s.sim.Stats().PlainRequests
		users, status, err := c.List(t.Context(), test.query)
		if err != nil || status != http.StatusOK {
			t.Errorf("%s: List = %d, %v", test.name, status, err)
			continue
		}
		var got []string
		for _, u := range *users {
			got = append(got, *u.UserPrincipalName)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if n := s.sim.Stats().PlainRequests - before; n != test.pages {
			t.Errorf("%s: %d requests, want %d", test.name, n, test.pages)
		}
	}
	byName, _, err := c.Get(t.Context(), upn(42), odata.Query{})
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	byID, _, err := c.Get(t.Context(), *byName.ID, odata.Query{Select: []string{"userPrincipalName", "employeeId", "accountEnabled"}})
	if err != nil || *byID.UserPrincipalName != upn(42) || *byID.EmployeeId != "E042" || !*byID.AccountEnabled {
		t.Errorf("Get by id = %+v, %v, want %s", byID, err, upn(42))
	}
	s.wantRefused(t)
}

// Hamilton repeats what is answered 404, because it has met users who had just
// been created, and 429.
func TestHamiltonRetries(t *testing.T) {
	t.Parallel()
	s := newSite(t, scenario(t, `
users: [{match: ^u000@, missingFor: 2}]
faults: [{path: phoneMethods/.*$, method: PUT, count: 1, status: 429, retryAfter: "1"}]
`), false)
	c, user := s.hamiltonMethods(s.secretAuthorizer(t)), upn(0)
	if _, _, err := c.CreatePhoneMethod(t.Context(), user, hamiltonPhone("", "mobile", "+1 2065550123")); err != nil {
		t.Errorf("CreatePhoneMethod: %v", err)
	}
	start := time.Now()
	if _, err := c.UpdatePhoneMethod(t.Context(), user, hamiltonPhone(mobileID, "mobile", "+1 2065550199")); err != nil {
		t.Errorf("UpdatePhoneMethod: %v", err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("UpdatePhoneMethod took %v, want that Retry-After is waited for", took)
	}
	s.wantPhones(t, user, map[string]string{"mobile": "+1 2065550199"})
	s.wantRefused(t, "404 POST "+phonesPath(user), "404 POST "+phonesPath(user), "429 PUT "+phonePath(user, mobileID))
}

func TestHamiltonReadsErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, graphsim.Config{Clients: []login.Client{{ID: app, Secret: secret, Permissions: []string{"User.Read.All"}}}}, false)
	users, methods := s.hamiltonUsers(s.secretAuthorizer(t)), s.hamiltonMethods(s.secretAuthorizer(t))
	users.BaseClient.DisableRetries = true
	if _, status, err := users.Get(t.Context(), "nobody@example.com", odata.Query{}); status != 404 || err == nil ||
		!strings.Contains(err.Error(), "OData error: Request_ResourceNotFound: Resource 'nobody@example.com' does not exist") {
		t.Errorf("Get of nobody = %d, %v, want 404 Request_ResourceNotFound", status, err)
	}
	if _, status, err := methods.CreatePhoneMethod(t.Context(), upn(0), hamiltonPhone("", "mobile", "+1 2065550123")); status != 403 || err == nil ||
		!strings.Contains(err.Error(), "OData error: accessDenied: Request Authorization failed") {
		t.Errorf("CreatePhoneMethod without permission = %d, %v, want 403 accessDenied", status, err)
	}
	s.wantPhones(t, upn(0), map[string]string{})
	s.wantRefused(t, "404 GET /users/nobody@example.com", "403 POST "+phonesPath(upn(0)))
}
