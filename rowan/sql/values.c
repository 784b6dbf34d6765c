/* values.c - values for conditions, one function for each C type. */
#include <rowan/query.h>

#define VALUE_FN(name, ENUM, c_type, member)                      \
    rowan_value rowan_value_##name(c_type value)                  \
    {                                                             \
        return (rowan_value){ .type = ENUM, .as.member = value }; \
    }
VALUE_FN(int64, ROWAN_INT64, int64_t, int64)
VALUE_FN(bool, ROWAN_BOOL, bool, int64)
VALUE_FN(double, ROWAN_DOUBLE, double, real)
VALUE_FN(text, ROWAN_TEXT, rowan_text, text)
VALUE_FN(bytes, ROWAN_BYTES, rowan_bytes, bytes)
VALUE_FN(decimal, ROWAN_DECIMAL, rowan_decimal, decimal)
VALUE_FN(date, ROWAN_DATE, rowan_date, date)
VALUE_FN(time, ROWAN_TIME, rowan_time, time)
VALUE_FN(timestamp, ROWAN_TIMESTAMP, rowan_timestamp, timestamp)
VALUE_FN(uuid, ROWAN_UUID, rowan_uuid, uuid)

rowan_value rowan_value_str(const char *value)
{
    return rowan_value_text(rowan_text_of(value));
}

rowan_value rowan_value_json(rowan_json value)
{
    return (rowan_value){ .type = ROWAN_JSON, .as.text = { value.ptr, value.len } };
}

rowan_value rowan_value_null(rowan_type type)
{
    return (rowan_value){ .type = type, .is_null = true };
}
