// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_packed.h"
#include "tests/support/temp_folder.h"

#include <bit>
#include <catch2/catch.hpp>
#include <optional>
#include <random>

namespace tests::h5_packed_test {

using namespace core::store;

namespace {

template <class T>
std::vector<T> readAll(hid_t file, const char* name, hid_t type)
{
    const h5::Id set(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, "open");
    const h5::Id space(H5Dget_space(set), H5Sclose, "ask");
    std::vector<T> values(std::size_t(H5Sget_simple_extent_npoints(space)));
    h5::check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read");
    return values;
}

template <class T>
std::optional<std::vector<T>> readHere(hid_t file, const char* name)
{
    const h5::Id set(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, "open");
    const h5::Id space(H5Dget_space(set), H5Sclose, "ask"), list(H5Dget_create_plist(set), H5Pclose, "ask");
    std::vector<T> values(std::size_t(H5Sget_simple_extent_npoints(space)));
    if (!h5::readPacked(set, list, values.size(), sizeof(T), values.data()))
        return {};
    return values;
}

hsize_t bytesOf(hid_t file, const char* name)
{
    const h5::Id set(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, "open");
    return H5Dget_storage_size(set);
}

}

TEST_CASE("fletcher32 is HDF5's")
{
    // By hand: words 0x0102, 0x0304, 0x0500; sums 0x0102, 0x0406, 0x0906; of sums 0x0102, 0x0508, 0x0e0e.
    const unsigned char bytes[] = {1, 2, 3, 4, 5};
    CHECK(h5::fletcher32(bytes, 5) == 0x0e0e0906);
}

TEST_CASE("HDF5 itself unpacks what is packed here")
{
    tests::TempFolder folder;
    std::mt19937_64 random(7);
    std::vector<std::int64_t> steps, table;
    std::vector<double> noise, curve;
    for (int i = 0; i < 70'001; ++i) { // two whole pieces and one that is not
        steps.push_back(i);
        curve.push_back(1.0 / (1 + i / 64));
        noise.push_back(std::bit_cast<double>((random() & 0x000fffffffffffff) | 0x3ff0000000000000));
    }
    for (int i = 0; i < 300 * 7; ++i)
        table.push_back(i % 11);
    std::string text, grains;
    for (int i = 0; i < 100'003; ++i) {
        text += "a line of base64\n"[i % 17];
        grains += char(random());
    }
    const auto file = folder.path() / "a.h5";
    const auto done = h5::guarded(file, [&] {
        const h5::Id made = h5::createFile(file);
        h5::createIntegers(made, "steps", steps, h5::packed(steps.size()));
        h5::createReals(made, "curve", curve, h5::packed(curve.size()));
        h5::createReals(made, "noise", noise, h5::packed(noise.size()));
        h5::createTable(made, "table", table, 7);
        h5::createBytes(made, "text", text, h5::packed(text.size()));
        h5::createBytes(made, "grains", grains, h5::packed(grains.size()));
    });
    REQUIRE(done);
    const auto read = h5::guarded(file, [&] {
        const h5::Id made = h5::openFile(file);
        CHECK(readAll<std::int64_t>(made, "steps", H5T_NATIVE_INT64) == steps);
        CHECK(readAll<double>(made, "curve", H5T_NATIVE_DOUBLE) == curve);
        CHECK(readAll<double>(made, "noise", H5T_NATIVE_DOUBLE) == noise);
        CHECK(readAll<std::int64_t>(made, "table", H5T_NATIVE_INT64) == table);
        CHECK(readAll<std::uint8_t>(made, "text", H5T_NATIVE_UINT8) ==
              std::vector<std::uint8_t>(text.begin(), text.end()));
        CHECK(readAll<std::uint8_t>(made, "grains", H5T_NATIVE_UINT8) ==
              std::vector<std::uint8_t>(grains.begin(), grains.end()));
        // So does this reader.
        CHECK(readHere<std::int64_t>(made, "steps") == steps);
        CHECK(readHere<double>(made, "curve") == curve);
        CHECK(readHere<double>(made, "noise") == noise);
        CHECK(readHere<std::uint8_t>(made, "text") == std::vector<std::uint8_t>(text.begin(), text.end()));
        CHECK(readHere<std::uint8_t>(made, "grains") == std::vector<std::uint8_t>(grains.begin(), grains.end()));
        CHECK_FALSE(readHere<std::int64_t>(made, "table")); // no column
        CHECK(bytesOf(made, "text") < text.size() / 20);
        CHECK(bytesOf(made, "curve") < curve.size());
        // Noise gets no smaller: then pieces stay as they are, with their sums of 4 bytes.
        CHECK(bytesOf(made, "grains") <= 4 * (32'768 + 4));
    });
    REQUIRE(read);
}

TEST_CASE("a packed piece that was changed on the disk is told")
{
    tests::TempFolder folder;
    const auto file = folder.path() / "a.h5";
    const std::vector<double> values(2000, 0.25);
    REQUIRE(h5::guarded(file, [&] {
        const h5::Id made = h5::createFile(file);
        h5::createReals(made, "values", values, h5::packed(values.size()));
    }));
    const auto changed = h5::guarded(file, [&] {
        const h5::Id made(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open");
        const h5::Id set(H5Dopen2(made, "values", H5P_DEFAULT), H5Dclose, "open");
        const hsize_t at[] = {0};
        hsize_t size = 0;
        std::uint32_t mask = 0;
        h5::check(H5Dget_chunk_storage_size(set, at, &size), "ask");
        std::vector<unsigned char> piece(size);
        h5::check(H5Dread_chunk(set, H5P_DEFAULT, at, &mask, piece.data()), "read");
        piece[size / 2] ^= 1;
        h5::check(H5Dwrite_chunk(set, H5P_DEFAULT, mask, at, size, piece.data()), "write");
    });
    REQUIRE(changed);
    const auto here = h5::guarded(file, [&] { CHECK_FALSE(readHere<double>(h5::openFile(file), "values")); });
    CHECK(here);
    CHECK_FALSE(h5::guarded(file, [&] { readAll<double>(h5::openFile(file), "values", H5T_NATIVE_DOUBLE); }));
}

TEST_CASE("what HDF5 packed itself is read here too")
{
    tests::TempFolder folder;
    const auto file = folder.path() / "a.h5";
    std::vector<double> values;
    for (int i = 0; i < 5000; ++i)
        values.push_back(i / 7.0);
    const auto done = h5::guarded(file, [&] {
        const h5::Id made = h5::createFile(file);
        const hsize_t count = values.size(), chunk = 999;
        const h5::Id space(H5Screate_simple(1, &count, nullptr), H5Sclose, "make");
        for (const bool summed : {true, false}) {
            const h5::Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make");
            H5Pset_chunk(list, 1, &chunk);
            H5Pset_shuffle(list);
            H5Pset_deflate(list, 6);
            if (summed)
                H5Pset_fletcher32(list);
            const h5::Id set(
                H5Dcreate2(made, summed ? "summed" : "plain", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT),
                H5Dclose, "make");
            h5::check(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write");
        }
    });
    REQUIRE(done);
    const auto read = h5::guarded(file, [&] {
        const h5::Id made = h5::openFile(file);
        CHECK(readHere<double>(made, "summed") == values);
        CHECK(readHere<double>(made, "plain") == values);
    });
    REQUIRE(read);
}

}
