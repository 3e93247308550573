package clients_test

import (
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
)

// entity is a phone or a user, its members by name. It stands for the models of
// msgraph-sdk-go, which take minutes to compile.
type entity map[string]string

var entityMembers = []string{"id", "phoneNumber", "phoneType", "smsSignInState", "userPrincipalName", "code", "message"}

func newEntity(serialization.ParseNode) (serialization.Parsable, error) { return entity{}, nil }

// Serialize writes the member @odata.type first, as the models do.
func (e entity) Serialize(writer serialization.SerializationWriter) error {
	odataType := "#microsoft.graph.phoneAuthenticationMethod"
	if err := writer.WriteStringValue("@odata.type", &odataType); err != nil {
		return err
	}
	for name, value := range e {
		if err := writer.WriteStringValue(name, &value); err != nil {
			return err
		}
	}
	return nil
}

func (e entity) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	fields := map[string]func(serialization.ParseNode) error{}
	for _, name := range entityMembers {
		fields[name] = func(node serialization.ParseNode) error {
			value, err := node.GetStringValue()
			if err == nil && value != nil {
				e[name] = *value
			}
			return err
		}
	}
	return fields
}

// entities is a page of a collection. The iterator of msgraph-sdk-go-core wants
// its methods.
type entities struct {
	value []entity
	next  *string
}

func newEntities(serialization.ParseNode) (serialization.Parsable, error) { return &entities{}, nil }

func (p *entities) GetValue() []entity        { return p.value }
func (p *entities) GetOdataNextLink() *string { return p.next }

func (p *entities) Serialize(serialization.SerializationWriter) error { return nil }

func (p *entities) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"@odata.nextLink": func(node serialization.ParseNode) (err error) {
			p.next, err = node.GetStringValue()
			return err
		},
		"value": func(node serialization.ParseNode) error {
			values, err := node.GetCollectionOfObjectValues(newEntity)
			for _, value := range values {
				p.value = append(p.value, value.(entity))
			}
			return err
		},
	}
}

// odataError is Graph's error object.
type odataError struct {
	abstractions.ApiError
	object entity
}

var errorMappings = abstractions.ErrorMappings{"4XX": newODataError, "5XX": newODataError}

func newODataError(serialization.ParseNode) (serialization.Parsable, error) {
	return &odataError{ApiError: *abstractions.NewApiError()}, nil
}

func (e *odataError) Error() string { return e.object["code"] + ": " + e.object["message"] }

func (e *odataError) Serialize(serialization.SerializationWriter) error { return nil }

func (e *odataError) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"error": func(node serialization.ParseNode) error {
			object, err := node.GetObjectValue(newEntity)
			if err == nil && object != nil {
				e.object = object.(entity)
			}
			return err
		},
	}
}
