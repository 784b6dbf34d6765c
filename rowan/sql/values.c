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

/* What the typed macros call. */

static rowan_value rowan_value_opt_text(rowan_opt_text value)
{
    rowan_value out = rowan_value_text((rowan_text){ value.ptr, value.len });

    out.is_null = value.ptr == NULL;
    return out;
}

static rowan_value rowan_value_any(rowan_value value)
{
    return value;
}

#define DEFINE_VALUE(name, c_type)                                                 \
    rowan_value rowan__value_##name(c_type value)                                  \
    {                                                                              \
        return rowan_value_##name(value);                                          \
    }                                                                              \
    rowan_expr rowan__compare_##name(const rowan_model *model, unsigned what,      \
                                     c_type value)                                 \
    {                                                                              \
        return (rowan_expr){ .op = (rowan_op)(what % 32),                          \
                             .ignore_case = what & 32,                             \
                             .model = model,                                       \
                             .column = &model->columns[what / ROWAN__WHAT_NUMBER], \
                             .value = rowan_value_##name(value) };                 \
    }
ROWAN__VALUE_TYPES(DEFINE_VALUE)

rowan_expr rowan__combine(const rowan_expr *const *parts, unsigned what)
{
    return (rowan_expr){ .op = (rowan_op)(what % 32),
                         .parts = parts,
                         .n_parts = what / ROWAN__WHAT_NUMBER };
}
