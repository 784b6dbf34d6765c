/* rowan/decimal.h - exact decimal numbers.  Uses: rowan/types.h. */
#ifndef ROWAN_DECIMAL_H
#define ROWAN_DECIMAL_H

#include <rowan/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROWAN_DECIMAL_DIGITS   38 /* the most, and the largest scale */
#define ROWAN_DECIMAL_TEXT_MAX 48 /* bytes of any decimal as text, with its NUL */

/* units / 10^scale: rowan_decimal_of(1250, 2) is 12.50. scale 0 to 38. */
rowan_decimal rowan_decimal_of(int64_t units, int scale);

/* Reads digits with an optional sign and point: "-12.50" has the scale 2.
 * Returns  ROWAN_OK; ROWAN_EINVAL if it is no such number or has over 38 digits. */
rowan_status rowan_decimal_parse(const char *text, size_t len, rowan_decimal *out,
                                 rowan_error *err) ROWAN_CHECKED;

/* Writes it with all digits of its scale into out[ROWAN_DECIMAL_TEXT_MAX], with a NUL.
 * Returns  its length in bytes. */
size_t rowan_decimal_format(rowan_decimal value, char *out);

/* -1, 0 or 1: 1.5 and 1.50 are equal. */
int rowan_decimal_compare(rowan_decimal a, rowan_decimal b);

/* The same number with another scale; nothing is rounded.
 * Returns  ROWAN_OK; ROWAN_EINVAL if digits would be lost or it would have over 38. */
rowan_status rowan_decimal_rescale(rowan_decimal value, int scale, rowan_decimal *out,
                                   rowan_error *err) ROWAN_CHECKED;

/* The nearest number with at most `scale` digits behind the point (0 to 38), away from zero
 * if there are two. One that has no more of them is given back as it is. */
rowan_decimal rowan_decimal_round(rowan_decimal value, int scale);

/* Sum, difference and product, exactly: the scale is the larger one, for a product the
 * sum of both.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the result has over 38 digits or that scale. */
rowan_status rowan_decimal_add(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err) ROWAN_CHECKED;
rowan_status rowan_decimal_sub(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err) ROWAN_CHECKED;
rowan_status rowan_decimal_mul(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err) ROWAN_CHECKED;

/* The nearest double. */
double rowan_decimal_to_double(rowan_decimal value);

#ifdef __cplusplus
}
#endif
#endif
