/* row.h - what holds of a row that a driver has read, whatever the server sent. */
#ifndef ROW_H
#define ROW_H

#include <rowan/model.h>

#include <stdlib.h>

/* Whether a value is one that its column can have; more digits than it declares are fine, as
 * a longer text is: the table may have been widened. */
static bool fuzz_fits(const rowan_column *column, rowan_value *value)
{
    if (value->type == ROWAN_DECIMAL)
        return value->as.decimal.scale == column->scale;
    return rowan_column_check(column, value, NULL) == ROWAN_OK;
}

/* Each value is one of its column's and has its text form; a span has its NUL. */
static void fuzz_use_row(const rowan_model *model, const void *row)
{
    char text[ROWAN_TYPE_TEXT_MAX];

    for (size_t i = 0; i < model->n_columns; i++) {
        rowan_value value;

        rowan_column_get(&model->columns[i], row, &value);
        if (value.is_null) {
            if (!model->columns[i].nullable)
                abort();
        } else if (value.type == ROWAN_TEXT || value.type == ROWAN_JSON ||
                   value.type == ROWAN_BYTES) {
            if (value.as.text.ptr[value.as.text.len] != '\0')
                abort();
        } else if (!fuzz_fits(&model->columns[i], &value) ||
                   (value.type != ROWAN_ENUM &&
                    rowan_value_format(&value, text) >= sizeof text)) {
            abort();
        }
    }
}

#endif
