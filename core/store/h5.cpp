// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5.h"

#include "core/base/confined_child.h"
#include "core/base/files.h"
#include "core/store/h5_packed.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>

namespace core::store::h5 {

using base::Error;
using base::ErrorKind;

namespace {

constexpr unsigned deflateLevel = 3; // of shuffled numbers; more takes twice the time for no smaller a file
constexpr hsize_t compactBytes = 64; // so little lies in the dataset's own header
constexpr hsize_t mostNoise = 2048;
constexpr unsigned textLevel = 1; // lines of base64 hardly get smaller, whatever time they are given

void prepareLibrary()
{
    static std::once_flag once;
    std::call_once(once, [] {
        // At the end of the process HDF5 would try for ever to write what a full disk did not take.
        H5dont_atexit();
        H5open();
        H5PLset_loading_state(0);
    });
    // The setting belongs to the thread.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

herr_t appendDescription(unsigned, const H5E_error2_t* entry, void* target)
{
    auto& text = *static_cast<std::string*>(target);
    if (entry->desc && *entry->desc && text.size() < 400)
        text += (text.empty() ? "" : "; ") + std::string(entry->desc);
    return 0;
}

// The image of a file is what lies in memory already: one at a time.
void* imageBytes = nullptr;
void* giveImage(size_t, H5FD_file_image_op_t, void*)
{
    return imageBytes;
}
void* keepImage(void* to, const void*, size_t, H5FD_file_image_op_t, void*)
{
    return to;
}
herr_t leaveImage(void*, H5FD_file_image_op_t, void*)
{
    return 0;
}

// Jenkins's lookup3, by which HDF5 checks its metadata.
std::uint32_t lookup3(const unsigned char* key, std::size_t length)
{
    std::uint32_t s[3];
    std::fill_n(s, 3, 0xdeadbeefu + std::uint32_t(length));
    const auto turn = [](std::uint32_t x, int by) { return x << by | x >> (32 - by); };
    const auto take = [&](std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i)
            s[i / 4] += std::uint32_t(key[i]) << 8 * (i % 4);
    };
    for (; length > 12; length -= 12, key += 12) {
        take(12);
        const int by[] = {4, 6, 8, 16, 19, 4};
        for (int i = 0; i < 6; ++i) {
            std::uint32_t &a = s[i % 3], &b = s[(i + 1) % 3], &c = s[(i + 2) % 3];
            a -= c;
            a ^= turn(c, by[i]);
            c += b;
        }
    }
    take(length);
    const int by[] = {14, 11, 25, 16, 4, 14, 24};
    for (int i = 0; i < 7; ++i) {
        std::uint32_t &c = s[(i + 2) % 3], &b = s[(i + 1) % 3];
        c ^= b;
        c -= turn(b, by[i]);
    }
    return s[2];
}

// Places in a superblock of version 3, with offsets of 8 bytes.
namespace superblock {

constexpr std::size_t version = 8, widths = 9, flags = 11, end = 28, sum = 44, size = 48;

bool known(const char* bytes, std::size_t length)
{
    return length >= size && std::string_view(bytes, 8) == "\x89HDF\r\n\x1a\n" && bytes[version] == 3 &&
           bytes[widths] == 8;
}

template <class T>
T numberAt(const char* bytes)
{
    T number{};
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

}

// The superblock says whether somebody writes the file; here nobody can.
void markAsClosed(char* bytes, std::size_t size)
{
    const auto sum = [&] { return lookup3(reinterpret_cast<unsigned char*>(bytes), superblock::sum); };
    if (!superblock::known(bytes, size) || bytes[superblock::flags] == 0 ||
        superblock::numberAt<std::uint32_t>(bytes + superblock::sum) != sum())
        return;
    bytes[superblock::flags] = 0;
    const std::uint32_t now = sum();
    std::memcpy(bytes + superblock::sum, &now, sizeof now);
}

// Our lock is the run's; the file's own would keep h5py out and fail on disks that have none.
Id accessList()
{
    Id list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "prepare a file");
    check(H5Pset_file_locking(list, false, true), "prepare a file");
    check(H5Pset_fclose_degree(list, H5F_CLOSE_STRONG), "prepare a file");
    return list;
}

// Lists and types that are asked for again and again are made once and stay.
template <class Make>
hid_t kept(Make make)
{
    Id made = make();
    return made.release();
}

hid_t withGroups()
{
    static const hid_t list = kept([] {
        Id made(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "prepare a link");
        check(H5Pset_create_intermediate_group(made, 1), "prepare a link");
        return made;
    });
    return list;
}

hid_t textType()
{
    static const hid_t type = kept([] {
        Id made(H5Tcopy(H5T_C_S1), H5Tclose, "prepare a text");
        check(H5Tset_size(made, H5T_VARIABLE), "prepare a text");
        check(H5Tset_cset(made, H5T_CSET_UTF8), "prepare a text");
        return made;
    });
    return type;
}

// How a dataset is laid out, but for what fills one that grows.
struct Storage {
    hsize_t chunk = 0, width = 1;
    unsigned deflate = 0;
    bool compact = false;

    bool operator==(const Storage&) const = default;
};

Id storageList(const Storage& storage)
{
    const hsize_t chunk[] = {storage.chunk, storage.width};
    Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "prepare a dataset");
    if (storage.compact)
        check(H5Pset_layout(list, H5D_COMPACT), "prepare a dataset");
    if (storage.chunk > 0)
        check(H5Pset_chunk(list, storage.width > 1 ? 2 : 1, chunk), "prepare a dataset");
    if (storage.deflate > 0) {
        check(H5Pset_shuffle(list), "prepare a dataset");
        check(H5Pset_deflate(list, storage.deflate), "prepare a dataset");
        check(H5Pset_fletcher32(list), "prepare a dataset");
    }
    return list;
}

// Neighbours are mostly laid out alike: the list of the last one is kept.
hid_t lastStorageList(const Storage& storage)
{
    static Storage last;
    static hid_t list = -1;
    if (list < 0 || !(storage == last)) {
        Id made = storageList(storage);
        if (list >= 0)
            H5Pclose(list);
        list = made.release();
        last = storage;
    }
    return list;
}

// Few real numbers that are not all the same: packing them costs more than it saves.
bool isNoise(hid_t type, const void* values, std::size_t bytes)
{
    const std::size_t each = H5Tget_size(type);
    const char* const first = static_cast<const char*>(values);
    return bytes <= mostNoise && H5Tget_class(type) == H5T_FLOAT && std::memcmp(first, first + each, bytes - each) != 0;
}

Id createDataset(hid_t where, const std::string& path, hid_t stored, hid_t given, const void* values, hsize_t size,
                 const void* fill, const DatasetOptions& options, hsize_t width = 1)
{
    const hsize_t shape[] = {size / width, width};
    const std::size_t each = H5Tget_size(stored);
    Storage storage{options.chunk, width};
    if (!options.growing && (options.loosely || !options.packed) && size * each <= compactBytes)
        storage = {0, width, 0, size > 0};
    else if (options.loosely && isNoise(stored, values, size * each))
        storage = {0, width};
    else if (options.packed)
        storage.deflate = each == 1 ? textLevel : deflateLevel;
    const hsize_t unlimited = H5S_UNLIMITED;
    const Id space(H5Screate_simple(width > 1 ? 2 : 1, shape, options.growing ? &unlimited : nullptr), H5Sclose,
                   "prepare a dataset");
    Id filled;
    if (options.growing) {
        filled = storageList(storage);
        check(H5Pset_fill_value(filled, given, fill), "prepare a dataset");
    }
    Id dataset(H5Dcreate2(where, path.c_str(), stored, space, withGroups(),
                          options.growing ? hid_t(filled) : lastStorageList(storage), H5P_DEFAULT),
               H5Dclose, "create a dataset");
    if (size > 0 && storage.deflate > 0 && !options.growing && H5Tequal(stored, given) > 0)
        writePacked(dataset, values, size / width, width * each, each, storage.chunk);
    else if (size > 0)
        check(H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, smallTransfer(), values), "write a dataset");
    // What is left of it is written now: an error of a file that is closed does not say of what.
    if (!options.growing && !dataset.reset())
        fail("write a dataset");
    return dataset;
}

void putAttribute(hid_t where, const char* name, hid_t stored, hid_t given, const void* value)
{
    const Id space(H5Screate(H5S_SCALAR), H5Sclose, "prepare an attribute");
    const Id attribute(H5Acreate2(where, name, stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                       "create an attribute");
    check(H5Awrite(attribute, given, value), "write an attribute");
}

}

base::Status guarded(const std::filesystem::path& file, const std::function<void()>& work)
{
    const std::lock_guard lock(base::forkMutex());
    prepareLibrary();
    try {
        work();
    } catch (Failure& failure) {
        failure.error.where = file.string();
        return std::move(failure.error);
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource, "not enough memory", file.string(), {}};
    }
    return {};
}

void prepare()
{
    const std::lock_guard lock(base::forkMutex());
    prepareLibrary();
}

void fail(const std::string& doing)
{
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, appendDescription, &text);
    H5Eclear2(H5E_DEFAULT);
    const auto says = [&](int code) { return text.find("errno = " + std::to_string(code) + ',') != text.npos; };
    for (const int code : {ENOSPC, EDQUOT})
        if (says(code))
            throw Failure{base::systemError(doing, {}, code)};
    const bool disk = says(EIO) || says(EROFS) || says(EINTR);
    throw Failure{{disk ? ErrorKind::Resource : ErrorKind::Data,
                   "cannot " + doing + (text.empty() ? "" : " (HDF5: " + text + ")"),
                   {},
                   {}}};
}

Id createFile(const std::filesystem::path& file)
{
    const Id list = accessList();
    check(H5Pset_libver_bounds(list, H5F_LIBVER_V110, H5F_LIBVER_V110), "prepare a file");
    return {H5Fcreate(file.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, list), H5Fclose, "create the file"};
}

Id openFile(const std::filesystem::path& file)
{
    const Id list = accessList();
    if (const hid_t plain = H5Fopen(file.c_str(), H5F_ACC_RDONLY, list); plain >= 0)
        return {plain, H5Fclose, "open the file"};
    H5Eclear2(H5E_DEFAULT);
    // More attempts wait exponentially longer on a damaged file: 25 take 0.3 s, 100 never end.
    check(H5Pset_metadata_read_attempts(list, 25), "prepare a file");
    return {H5Fopen(file.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, list), H5Fclose, "open the file"};
}

Id openImage(char* bytes, std::size_t size)
{
    markAsClosed(bytes, size);
    imageBytes = bytes;
    const Id list = accessList();
    H5FD_file_image_callbacks_t calls{giveImage, keepImage, nullptr, leaveImage, nullptr, nullptr, nullptr};
    check(H5Pset_fapl_core(list, 1 << 16, false), "prepare a file");
    check(H5Pset_file_image_callbacks(list, &calls), "prepare a file");
    check(H5Pset_file_image(list, bytes, size), "prepare a file");
    return {H5Fopen("/run.h5", H5F_ACC_RDONLY, list), H5Fclose, "open the file"};
}

std::uint64_t endOfImage(const char* bytes, std::size_t size)
{
    return superblock::known(bytes, size) ? superblock::numberAt<std::uint64_t>(bytes + superblock::end) : size;
}

hid_t smallTransfer()
{
    static const hid_t list = kept([] {
        Id made(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "prepare to write");
        check(H5Pset_buffer(made, std::size_t(16) << 10, nullptr, nullptr), "prepare to write");
        return made;
    });
    return list;
}

void link(hid_t file, const std::string& path, const std::string& other)
{
    check(H5Lcreate_hard(file, path.c_str(), file, other.c_str(), withGroups(), H5P_DEFAULT), "link a dataset");
}

Id createGroup(hid_t where, const std::string& path)
{
    return {H5Gcreate2(where, path.c_str(), withGroups(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "create a group"};
}

Id createIntegers(hid_t where, const std::string& path, const std::vector<std::int64_t>& values,
                  const DatasetOptions& options)
{
    const std::int64_t fill = -1;
    return createDataset(where, path, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), values.size(), &fill, options);
}

Id createReals(hid_t where, const std::string& path, const std::vector<double>& values, const DatasetOptions& options)
{
    const double fill = std::numeric_limits<double>::quiet_NaN();
    return createDataset(where, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), values.size(), &fill, options);
}

Id createSingles(hid_t where, const std::string& path, const std::vector<float>& values, const DatasetOptions& options)
{
    const float fill = std::numeric_limits<float>::quiet_NaN();
    return createDataset(where, path, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), values.size(), &fill, options);
}

void createTable(hid_t where, const std::string& path, const std::vector<std::int64_t>& values, hsize_t width)
{
    const DatasetOptions options{std::clamp<hsize_t>(values.size() / width, 1, 256), false, true};
    createDataset(where, path, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), values.size(), nullptr, options, width);
}

void createTable(hid_t where, const std::string& path, const std::vector<double>& values, hsize_t width)
{
    const DatasetOptions options{std::clamp<hsize_t>(values.size() / width, 1, 256), false, true};
    createDataset(where, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), values.size(), nullptr, options,
                  width);
}

Id createBytes(hid_t where, const std::string& path, const std::string& bytes, const DatasetOptions& options)
{
    const std::uint8_t fill = 0;
    return createDataset(where, path, H5T_STD_U8LE, H5T_NATIVE_UINT8, bytes.data(), bytes.size(), &fill, options);
}

void createTexts(hid_t where, const std::string& path, const std::vector<std::string>& texts)
{
    std::vector<const char*> pointers;
    for (const std::string& text : texts)
        pointers.push_back(text.c_str());
    const hid_t type = textType();
    createDataset(where, path, type, type, pointers.data(), pointers.size(), nullptr, {});
}

void writeAttribute(hid_t where, const char* name, const std::string& text)
{
    const hid_t type = textType();
    const char* pointer = text.c_str();
    putAttribute(where, name, type, type, &pointer);
}

void writeAttribute(hid_t where, const char* name, std::int64_t value)
{
    putAttribute(where, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void writeAttribute(hid_t where, const char* name, double value)
{
    putAttribute(where, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

}
