// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fields.h"
#include "core/store/bytes.h"
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/store/stored_zip.h"

#include <map>

namespace core::store::exports::npz {

namespace {

using base::Error;
using base::ErrorKind;

struct Spec {};

/// An array as numpy.lib.format has it, version 1.0, in C order.
base::Result<std::string> asNpy(const base::Blob& blob)
{
    static const std::map<std::string, std::string> types{{"F32", "<f4"}, {"F64", "<f8"}, {"F16", "<f2"},
                                                          {"I64", "<i8"}, {"I32", "<i4"}, {"I16", "<i2"},
                                                          {"I8", "|i1"},  {"U8", "|u1"},  {"BOOL", "|b1"}};
    const auto type = types.find(blob.dtype);
    if (type == types.end())
        return Error{ErrorKind::Data, "has the type " + blob.dtype + ", which NumPy does not know", blob.name,
                     "Export safetensors"};
    std::string shape;
    for (const std::int64_t size : blob.shape)
        shape += std::to_string(size) + ",";
    std::string head = "{'descr': '" + type->second + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    // The array itself begins at a multiple of 64.
    head.append(63 - (10 + head.size()) % 64, ' ');
    head += '\n';
    std::string text("\x93NUMPY\x01\0", 8);
    putBytes(text, std::uint16_t(head.size()));
    return text + head + blob.bytes;
}

/// The weights of a checkpoint, an array for each of their state-dict names, as numpy.load reads them.
class Npz final : public Exporter {
public:
    explicit Npz(Spec) {}

    base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const override
    {
        CORE_TRY(source, checkpointAt(request.run, request.at));
        CORE_TRY(checkpoint, readCheckpoint(source));
        CORE_TRY(file, exportFile(request, ".npz"));
        CORE_TRY(beside, FileBeside::create(file));
        StoredZip zip(beside);
        for (const base::Blob& blob : modelWeights(std::move(checkpoint.tensors))) {
            CORE_TRY(array, asNpy(blob));
            CORE_CHECK(zip.add(blob.name + ".npy", array, "safetensors"));
        }
        CORE_CHECK(zip.finish());
        CORE_CHECK(beside.commit());
        return std::vector{file};
    }
};

}

void enroll(Exporters& all)
{
    all.add<Npz, Spec>("npz", "npz", "The weights as arrays that numpy.load reads, by their state-dict names.",
                       base::Fields<Spec>{});
}

}
