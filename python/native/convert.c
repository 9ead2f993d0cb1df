/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Python objects to values of C and back.
 *
 * Names and texts are bytes in a guest and str in Python, with surrogates for
 * what is not UTF-8 (PEP 383), on the way in as on the way out: a name that
 * was listed can be opened, whatever the encoding of this process.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

/* --- texts -------------------------------------------------------------------------- */

PyObject *
gkpy_text_n (const char *s, size_t n)
{
  return PyUnicode_DecodeUTF8 (s, (Py_ssize_t)n, "surrogateescape");
}

PyObject *
gkpy_text (const char *s)
{
  return gkpy_text_n (s, strlen (s));
}

/* What stands behind a str, bytes, path or guest path: a new reference. */
static PyObject *
name_object (PyObject *o, char letter)
{
  if (PyUnicode_Check (o) || PyBytes_Check (o))
    return Py_NewRef (o);
  if (letter == 'p') {
    /* Not the protocol of os.PathLike: with that, open () would take a path of
     * the guest for one of the host. */
    PyObject *name = PyObject_CallMethod (o, "__guestpath__", NULL);
    if (name || !PyErr_ExceptionMatches (PyExc_AttributeError))
      return name;
    PyErr_Clear ();
  }
  return PyOS_FSPath (o);
}

/* The bytes of a text: a new reference to a bytes object without NUL. */
static PyObject *
text_bytes (PyObject *o, char letter, const char *call, const char *name)
{
  PyObject *text = letter == 'k' && !PyBytes_Check (o) ? Py_NewRef (o) : name_object (o, letter);
  if (text == NULL && !PyErr_ExceptionMatches (PyExc_TypeError))
    return NULL;
  if (text && !PyUnicode_Check (text) && !PyBytes_Check (text))
    Py_CLEAR (text);
  if (text == NULL) {
    PyErr_Format (PyExc_TypeError, "%s() argument %s must be str, bytes or a path, not %.100s",
                  call, name, Py_TYPE (o)->tp_name);
    return NULL;
  }
  PyObject *bytes = PyBytes_Check (text)
                        ? Py_NewRef (text)
                        : PyUnicode_AsEncodedString (text, "utf-8", "surrogateescape");
  Py_DECREF (text);
  if (bytes && strlen (PyBytes_AS_STRING (bytes)) != (size_t)PyBytes_GET_SIZE (bytes)) {
    PyErr_SetString (PyExc_ValueError, "embedded null character");
    Py_CLEAR (bytes);
  }
  return bytes;
}

static const char *
keep (struct gkpy_args *args, PyObject *bytes, bool secret)
{
  args->keep[args->nkeep].object = bytes;
  args->keep[args->nkeep++].secret = secret;
  return PyBytes_AS_STRING (bytes);
}

static int
set_text (struct gkpy_args *args, union gkpy_value *v, PyObject *o, char letter, const char *call,
          const char *name)
{
  PyObject *bytes = text_bytes (o, letter, call, name);
  if (bytes == NULL)
    return -1;
  /* The program's own bytes object is not ours to wipe. */
  v->s = keep (args, bytes, letter == 'k' && bytes != o);
  return 0;
}

static int
set_list (struct gkpy_args *args, union gkpy_value *v, PyObject *o, const char *call,
          const char *name)
{
  /* A str is a sequence of strs, but never meant as one. */
  PyObject *in = PyUnicode_Check (o) || PyBytes_Check (o) ? NULL : PySequence_Fast (o, "");
  if (in == NULL) {
    if (PyErr_Occurred () && !PyErr_ExceptionMatches (PyExc_TypeError))
      return -1;
    PyErr_Format (PyExc_TypeError, "%s() argument %s: expecting a list parameter, not %.100s", call,
                  name, Py_TYPE (o)->tp_name);
    return -1;
  }
  Py_ssize_t n = PySequence_Fast_GET_SIZE (in);
  PyObject *kept = PyTuple_New (n);
  char **list = kept ? calloc ((size_t)n + 1, sizeof *list) : NULL;
  int r = -1;
  if (kept && list == NULL)
    PyErr_NoMemory ();
  else if (kept) {
    Py_ssize_t i;
    for (i = 0; i < n; i++) {
      PyObject *bytes = text_bytes (PySequence_Fast_GET_ITEM (in, i), 's', call, name);
      if (bytes == NULL)
        break;
      PyTuple_SET_ITEM (kept, i, bytes);
      list[i] = PyBytes_AS_STRING (bytes);
    }
    r = i == n ? 0 : -1;
  }
  Py_DECREF (in);
  if (r == -1) {
    free (list);
    Py_XDECREF (kept);
    return -1;
  }
  args->keep[args->nkeep].object = kept;
  args->keep[args->nkeep++].secret = false;
  args->lists[args->nlists++] = list;
  v->l = list;
  return 0;
}

static int
set_buffer (struct gkpy_args *args, union gkpy_value *v, PyObject *o, bool compat)
{
  if (PyUnicode_Check (o) && compat) {
    PyObject *bytes = PyUnicode_AsEncodedString (o, "utf-8", "surrogateescape");
    if (bytes == NULL)
      return -1;
    v->b.n = (size_t)PyBytes_GET_SIZE (bytes);
    v->b.p = keep (args, bytes, false);
    return 0;
  }
  Py_buffer *b = &args->buffers[args->nbuffers];
  if (PyObject_GetBuffer (o, b, PyBUF_SIMPLE) == -1)
    return -1;
  args->nbuffers++;
  v->b.p = b->buf;
  v->b.n = (size_t)b->len;
  return 0;
}

static int
set_int (union gkpy_value *v, PyObject *o)
{
  long i = PyLong_AsLong (o);
  if (i == -1 && PyErr_Occurred ())
    return -1;
  if (i > INT_MAX || i < INT_MIN) {
    PyErr_Format (PyExc_OverflowError, "signed integer is %s than %s", i > 0 ? "greater" : "less",
                  i > 0 ? "maximum" : "minimum");
    return -1;
  }
  v->i = (int)i;
  return 0;
}

static int
set_value (struct gkpy_args *args, union gkpy_value *v, PyObject *o, char letter, bool compat,
           const char *call, const char *name)
{
  switch (letter) {
  case 'z':
    if (o == Py_None)
      return 0;
    return set_text (args, v, o, letter, call, name);
  case 'l':
    return set_list (args, v, o, call, name);
  case 'B':
    return set_buffer (args, v, o, compat);
  case 'b':
  case 'i':
    return set_int (v, o);
  case 'L':
    v->i64 = PyLong_AsLongLong (o);
    return v->i64 == -1 && PyErr_Occurred () ? -1 : 0;
  case 'v':
    v->ptr = PyLong_AsVoidPtr (o);
    return v->ptr == NULL && PyErr_Occurred () ? -1 : 0;
  default:
    return set_text (args, v, o, letter, call, name);
  }
}

int
gkpy_args_set (struct gkpy_args *args, const struct gkpy_call *call, bool compat,
               PyObject *const *objects, Py_ssize_t n)
{
  int nargs = (int)strlen (call->args), nopts = (int)strlen (call->opts);

  memset (args, 0, sizeof *args);
  if (n != nargs + nopts) {
    PyErr_Format (PyExc_TypeError, "%s() takes %d arguments (%zd given)", call->name, nargs + nopts,
                  n);
    return -1;
  }
  for (int i = 0; i < nargs; i++)
    if (set_value (args, &args->v[i], objects[i], call->args[i], compat, call->name,
                   call->names[i]) == -1)
      return -1;
  for (int i = 0; i < nopts; i++) {
    PyObject *o = objects[nargs + i];
    if (o == Py_None)
      continue;
    if (set_value (args, &args->opts.v[i], o, call->opts[i], compat, call->name,
                   call->names[nargs + i]) == -1)
      return -1;
    args->opts.mask |= UINT64_C (1) << i;
  }
  return 0;
}

void
gkpy_args_clear (struct gkpy_args *args)
{
  for (int i = 0; i < args->nkeep; i++) {
    PyObject *o = args->keep[i].object;
    if (args->keep[i].secret && Py_REFCNT (o) == 1)
      explicit_bzero (PyBytes_AS_STRING (o), (size_t)PyBytes_GET_SIZE (o));
    Py_DECREF (o);
  }
  for (int i = 0; i < args->nbuffers; i++)
    PyBuffer_Release (&args->buffers[i]);
  for (int i = 0; i < args->nlists; i++)
    free (args->lists[i]);
  args->nkeep = args->nbuffers = args->nlists = 0;
}

/* --- results --------------------------------------------------------------------------- */

static PyObject *
field_object (const struct gkpy_field *f, const char *at)
{
  union {
    const char *s;
    int32_t i;
    uint32_t u;
    int64_t l;
    uint64_t k;
    float f;
  } v;

#define GET(member) memcpy (&v.member, at + f->offset, sizeof v.member)
  switch (f->type) {
  case 's':
    GET (s);
    return gkpy_text (v.s ? v.s : "");
  case 'B': {
    uint32_t n;
    memcpy (&n, at + f->len_offset, sizeof n);
    GET (s);
    return PyBytes_FromStringAndSize (n ? v.s : "", n);
  }
  case 'c':
    return gkpy_text_n (at + f->offset, 1);
  case 'u':
    return gkpy_text_n (at + f->offset, 32);
  case 'i':
    GET (i);
    return PyLong_FromLong (v.i);
  case 'I':
    GET (u);
    return PyLong_FromUnsignedLong (v.u);
  case 'L':
    GET (l);
    return PyLong_FromLongLong (v.l);
  case 'K':
    GET (k);
    return PyLong_FromUnsignedLongLong (v.k);
  default:
    GET (f);
    if (v.f >= 0)
      return PyFloat_FromDouble (v.f);
    Py_RETURN_NONE;
  }
#undef GET
}

static PyObject *
struct_dict (const struct gkpy_struct *s, const char *at)
{
  PyObject *dict = PyDict_New ();

  for (int i = 0; dict && i < s->nfields; i++) {
    PyObject *value = field_object (&s->fields[i], at);
    if (value == NULL || PyDict_SetItemString (dict, s->fields[i].name, value) == -1)
      Py_CLEAR (dict);
    Py_XDECREF (value);
  }
  return dict;
}

static PyObject *
struct_object (struct gkpy_handle *h, const struct gkpy_struct *s, const char *at)
{
  if (h->compat)
    return struct_dict (s, at);
  PyObject *class = PyDict_GetItemString (h->structs, s->name); /* borrowed */
  if (class == NULL) {
    PyErr_Format (PyExc_SystemError, "no class for struct %s", s->name);
    return NULL;
  }
  PyObject *values = PyTuple_New (s->nfields), *r = NULL;
  bool good = values != NULL;
  for (int i = 0; good && i < s->nfields; i++) {
    PyObject *value = field_object (&s->fields[i], at);
    good = value != NULL;
    if (good)
      PyTuple_SET_ITEM (values, i, value);
  }
  if (good)
    r = PyObject_CallObject (class, values);
  Py_XDECREF (values);
  return r;
}

static PyObject *
struct_list (struct gkpy_handle *h, const struct gkpy_struct *s, const void *p)
{
  const void *first;
  uint32_t n = s->list (p, &first);
  PyObject *list = PyList_New (n);

  for (uint32_t i = 0; list && i < n; i++) {
    PyObject *o = struct_object (h, s, (const char *)first + (size_t)i * s->size);
    if (o == NULL)
      Py_CLEAR (list);
    else
      PyList_SET_ITEM (list, i, o);
  }
  return list;
}

static PyObject *
text_list (char *const *l)
{
  Py_ssize_t n = 0;

  while (l[n])
    n++;
  PyObject *list = PyList_New (n);
  for (Py_ssize_t i = 0; list && i < n; i++) {
    PyObject *o = gkpy_text (l[i]);
    if (o == NULL)
      Py_CLEAR (list);
    else
      PyList_SET_ITEM (list, i, o);
  }
  return list;
}

/* A list of pairs, or a dict. */
static PyObject *
pairs (char *const *l, bool as_dict)
{
  PyObject *r = as_dict ? PyDict_New () : PyList_New (0);

  for (size_t i = 0; r && l[i] && l[i + 1]; i += 2) {
    PyObject *k = gkpy_text (l[i]), *v = gkpy_text (l[i + 1]);
    PyObject *pair = k && v && !as_dict ? PyTuple_Pack (2, k, v) : NULL;
    bool good =
        k && v &&
        (as_dict ? PyDict_SetItem (r, k, v) == 0 : pair != NULL && PyList_Append (r, pair) == 0);
    if (!good)
      Py_CLEAR (r);
    Py_XDECREF (k);
    Py_XDECREF (v);
    Py_XDECREF (pair);
  }
  return r;
}

static PyObject *
result_object (struct gkpy_handle *h, const struct gkpy_call *call, const union gkpy_result *r)
{
  switch (call->ret) {
  case 'b':
    /* libguestfs's module says 1 and 0. */
    return h->compat ? PyLong_FromLong (r->i) : PyBool_FromLong (r->i);
  case 'i':
    return PyLong_FromLong (r->i);
  case 'L':
    return PyLong_FromLongLong (r->i64);
  case 'c':
    return gkpy_text (r->cs);
  case 'o':
    if (r->cs)
      return gkpy_text (r->cs);
    Py_RETURN_NONE;
  case 's':
    return gkpy_text (r->s);
  case 'l':
    return text_list (r->l);
  case 'h':
    return pairs (r->l, !h->compat);
  case 'B':
    return PyBytes_FromStringAndSize (r->b.p, (Py_ssize_t)r->b.n);
  case 't':
    return struct_object (h, call->st, r->st);
  case 'T':
    return struct_list (h, call->st, r->st);
  default:
    Py_RETURN_NONE;
  }
}

void
gkpy_result_free (const struct gkpy_call *call, union gkpy_result *ret)
{
  switch (call->ret) {
  case 's':
    free (ret->s);
    break;
  case 'l':
  case 'h':
    for (char **p = ret->l; p && *p; p++)
      free (*p);
    free (ret->l);
    break;
  case 'B':
    free (ret->b.p);
    break;
  case 't':
    call->st->free (ret->st);
    break;
  case 'T':
    call->st->free_list (ret->st);
    break;
  default:
    break;
  }
}

PyObject *
gkpy_result_object (struct gkpy_handle *h, const struct gkpy_call *call, union gkpy_result *ret)
{
  PyObject *o = result_object (h, call, ret);
  gkpy_result_free (call, ret);
  return o;
}
