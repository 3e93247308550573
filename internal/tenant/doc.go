// Package tenant finds out what can be known of a tenant's users beforehand, for
// few requests: whom a name of an HR file means ([Tenant.Find]), who has which
// phones registered by the report of the tenant ([Tenant.Registrations]), who is
// in the tenant or in a group ([Tenant.Users], [Tenant.Members]), and, for an
// export, which phones they have ([Tenant.Phones]).
//
// What it finds are hints. The directory's index lags behind for minutes, the
// report for hours, and both may change while a run goes on, so that a hint may
// cost or save a request and never decides an outcome. It knows neither HTTP nor
// files, keeps no phone number, and changes nothing.
//
// Its one invariant: what is returned without an error or a refusal is whole. A
// listing of which a page is missing, repeated or cut off ends in an error, and
// is never passed off as a tenant with fewer users.
//
// # What a question costs
//
// Graph counts every question by itself, also inside a $batch, and a page of 999
// users as one where the properties are named:
// https://learn.microsoft.com/graph/throttling-limits. So a batch saves time and
// no quota, and the cheapest way is the one with the fewest questions:
//
//	10,000 names by filter     15 names a question     667 questions, 34 requests
//	the same by a sweep        999 users a page        1 + 13 in a tenant of 12,000
//
// # How questions are asked again
//
// A read changes nothing, so that an answer that was lost, throttled or made no
// sense is asked for again, for as long as anything goes forward. The waiting is
// the pacer's, see package pace.
package tenant
