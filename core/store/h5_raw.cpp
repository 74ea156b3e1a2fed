// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_raw.h"

#include "core/store/raw_tensors.h"

#include <algorithm>
#include <limits>

namespace core::store::layout {

namespace {

constexpr hsize_t mostInChunk = 1 << 20; // elements
constexpr const char* doing = "write kept tensors";

using Sides = std::vector<hsize_t>;

// Steps, then the greatest length along each axis; a scalar is one element. Empty if some have other axes.
Sides sidesOf(const std::vector<RawEntry>& entries)
{
    Sides sides{entries.size()};
    const std::size_t axes = entries.front().shape.size();
    sides.resize(1 + std::max<std::size_t>(1, axes), 1);
    for (const RawEntry& entry : entries) {
        if (entry.shape.size() != axes)
            return {};
        for (std::size_t axis = 0; axis < axes; ++axis)
            sides[axis + 1] = std::max(sides[axis + 1], hsize_t(entry.shape[axis]));
    }
    return sides;
}

h5::Id create(hid_t file, const std::string& path, const Sides& sides)
{
    Sides chunk = sides;
    chunk[0] = 1;
    hsize_t size = 1;
    for (std::size_t axis = sides.size(); axis-- > 1;) {
        chunk[axis] = std::max<hsize_t>(1, std::min(sides[axis], mostInChunk / size));
        size *= chunk[axis];
    }
    const h5::Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, doing);
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    h5::check(H5Pset_chunk(list, int(chunk.size()), chunk.data()), doing);
    h5::check(H5Pset_shuffle(list), doing);
    h5::check(H5Pset_deflate(list, 3), doing);
    h5::check(H5Pset_fletcher32(list), doing);
    h5::check(H5Pset_fill_value(list, H5T_NATIVE_FLOAT, &nothing), doing);
    const h5::Id space(H5Screate_simple(int(sides.size()), sides.data(), nullptr), H5Sclose, doing);
    return {H5Dcreate2(file, path.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose, doing};
}

void write(hid_t dataset, std::size_t row, const RawEntry& entry, const std::vector<float>& values)
{
    Sides start(1, row), count(1, 1);
    for (const std::int64_t side : entry.shape) {
        start.push_back(0);
        count.push_back(hsize_t(side));
    }
    if (entry.shape.empty()) {
        start.push_back(0);
        count.push_back(1);
    }
    if (values.empty())
        return;
    const h5::Id there(H5Dget_space(dataset), H5Sclose, doing);
    h5::check(H5Sselect_hyperslab(there, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), doing);
    const h5::Id here(H5Screate_simple(int(count.size()), count.data(), nullptr), H5Sclose, doing);
    h5::check(H5Dwrite(dataset, H5T_NATIVE_FLOAT, here, there, H5P_DEFAULT, values.data()), doing);
}

void writeOne(hid_t file, const std::string& name, const std::vector<RawEntry>& entries, const RawReader& reader)
{
    const Sides sides = sidesOf(entries);
    if (sides.empty() || std::ranges::find(sides, hsize_t(0)) != sides.end())
        return;
    const std::string path = "/raw/" + name;
    std::vector<std::int64_t> steps, rows;
    bool alike = true;
    for (const RawEntry& entry : entries) {
        steps.push_back(entry.step);
        rows.push_back(entry.shape.empty() ? 1 : entry.shape.front());
        alike = alike && rows.back() == rows.front();
    }
    h5::createIntegers(file, path + "/step", steps, {});
    if (!alike)
        h5::createIntegers(file, path + "/rows", rows, {});
    const h5::Id dataset = create(file, path + "/value", sides);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto values = reader.read(entries[i]);
        if (!values)
            throw h5::Failure{values.error()};
        write(dataset, i, entries[i], *values);
    }
    h5::check(H5Dflush(dataset), doing);
}

}

void writeRaw(hid_t file, const std::filesystem::path& run, bool besideStatistics)
{
    if (run.empty() || !std::filesystem::exists(rawFile(run)))
        return;
    const auto reader = RawReader::open(run);
    if (!reader)
        throw h5::Failure{reader.error()};
    for (const auto& [name, entries] : reader->index()) {
        writeOne(file, name, entries, *reader);
        const std::string from = "/raw/" + name + "/value", to = "/tensors/" + name;
        if (besideStatistics && H5Lexists(file, from.c_str(), H5P_DEFAULT) > 0 &&
            H5Lexists(file, to.c_str(), H5P_DEFAULT) > 0)
            h5::check(H5Lcreate_hard(file, from.c_str(), file, (to + "/value").c_str(), H5P_DEFAULT, H5P_DEFAULT),
                      doing);
    }
}

}
