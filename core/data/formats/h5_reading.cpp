// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/h5_message.h"

#include <algorithm>
#include <hdf5.h>
#include <utility>

namespace core::data::h5 {

namespace {

constexpr int mostDepth = 12;
constexpr std::size_t mostEntries = 20'000;
constexpr hsize_t mostRank = 8;
constexpr std::size_t pieceBytes = std::size_t(1) << 24;
constexpr std::size_t mostTextBytes = 1 << 16;
constexpr hsize_t mostTexts = 50'000'000;
constexpr hsize_t mostChunkBytes = hsize_t(1) << 30;

struct Refusal {
    std::string message, advice;
};

// An identifier of HDF5 that is closed with its owner.
class Id {
public:
    Id(hid_t id, herr_t (*close)(hid_t)) : m_id(id), m_close(close) {}
    Id(Id&& other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) {}
    Id& operator=(Id&&) = delete;
    ~Id()
    {
        if (m_id >= 0)
            m_close(m_id);
    }
    operator hid_t() const { return m_id; }
    bool ok() const { return m_id >= 0; }

private:
    hid_t m_id;
    herr_t (*m_close)(hid_t);
};

// The file image is the mapping itself: nothing is copied, nothing is freed.
void* imageOf = nullptr;
void* giveImage(size_t, H5FD_file_image_op_t, void*)
{
    return imageOf;
}
void* keepImage(void* to, const void*, size_t, H5FD_file_image_op_t, void*)
{
    return to;
}
herr_t leaveImage(void*, H5FD_file_image_op_t, void*)
{
    return 0;
}

// What a type is to us, and as what HDF5 hands it over; `why` says why it is neither numbers nor texts.
struct ReadAs {
    Element element = Element::F32;
    hid_t native = -1;
    std::size_t textBytes = 0; // of texts of one length
    bool variable = false;     // texts of any length
    std::string why;
};

ReadAs integerAs(std::size_t size, bool isSigned)
{
    switch (size) {
    case 1:
        return isSigned ? ReadAs{Element::I8, H5T_NATIVE_INT8} : ReadAs{Element::U8, H5T_NATIVE_UINT8};
    case 2:
        return isSigned ? ReadAs{Element::I16, H5T_NATIVE_INT16} : ReadAs{Element::U16, H5T_NATIVE_UINT16};
    case 4:
        return isSigned ? ReadAs{Element::I32, H5T_NATIVE_INT32} : ReadAs{Element::U32, H5T_NATIVE_UINT32};
    case 8:
        return isSigned ? ReadAs{Element::I64, H5T_NATIVE_INT64} : ReadAs{Element::U64, H5T_NATIVE_UINT64};
    default:
        return {.why = "whole numbers of " + std::to_string(size) + " bytes"};
    }
}

ReadAs readAs(hid_t type)
{
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        return integerAs(size, H5Tget_sign(type) == H5T_SGN_2);
    case H5T_FLOAT:
        if (size > 16)
            return {.why = "numbers of " + std::to_string(size) + " bytes"};
        return size <= 4 ? ReadAs{Element::F32, H5T_NATIVE_FLOAT} : ReadAs{Element::F64, H5T_NATIVE_DOUBLE};
    case H5T_ENUM: {
        // h5py's bool, and names of numbers in general.
        const Id base(H5Tget_super(type), H5Tclose);
        return base.ok() && H5Tget_class(base) == H5T_INTEGER ? ReadAs{Element::I64, H5T_NATIVE_INT64}
                                                              : ReadAs{.why = "a damaged type"};
    }
    case H5T_STRING:
        if (H5Tis_variable_str(type) > 0)
            return {.element = Element::Text, .variable = true};
        if (size > mostTextBytes)
            return {.why = "texts of " + std::to_string(size) + " bytes"};
        return {.element = Element::Text, .textBytes = size};
    case H5T_REFERENCE:
        return {.why = "references to other places"};
    case H5T_VLEN:
        return {.why = "rows of different lengths"};
    case H5T_COMPOUND:
        return {.why = "records of several fields"};
    case H5T_OPAQUE:
        return {.why = "bytes without a meaning"};
    default:
        return {.why = "a type that is not read here"};
    }
}

class MappedFile {
public:
    MappedFile(std::size_t size, const H5Choice& choose, const std::function<void(std::string_view)>& send)
        : m_choose(choose),
          m_send(send),
          m_file(open(size)),
          m_budget((hsize_t(64) << 20) + hsize_t(size) * 1040)
    {
    }

    void read()
    {
        if (!m_file.ok())
            throw Refusal{"is no HDF5 file, or a damaged one", "Fetch or copy the file again"};
        const Id root(H5Gopen2(m_file, "/", H5P_DEFAULT), H5Gclose);
        walk(root, "", 0);
        std::string list(1, char(Kind::List));
        put(list, std::uint64_t(m_entries.size()));
        for (const H5Entry& entry : m_entries)
            put(list, entry);
        m_send(list);
        for (const H5Wish& wish : m_choose(m_entries))
            readEntry(wish);
    }

private:
    const H5Choice& m_choose;
    const std::function<void(std::string_view)>& m_send;
    Id m_file;
    hsize_t m_budget;
    std::vector<H5Entry> m_entries;
    std::vector<std::pair<std::string, std::string>> m_places; // dataset and field of each entry

    static Id open(std::size_t size)
    {
        const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        H5FD_file_image_callbacks_t calls{giveImage, keepImage, nullptr, leaveImage, nullptr, nullptr, nullptr};
        H5Pset_fapl_core(access, 1 << 16, false);
        H5Pset_file_image_callbacks(access, &calls);
        H5Pset_file_image(access, imageOf, size);
        return {H5Fopen("/mapped.h5", H5F_ACC_RDONLY, access), H5Fclose};
    }

    static std::vector<std::string> namesIn(hid_t group)
    {
        std::vector<std::string> names;
        const auto add = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
            auto& list = *static_cast<std::vector<std::string>*>(target);
            list.emplace_back(name);
            return list.size() >= mostEntries;
        };
        hsize_t next = 0;
        if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &next, add, &names) < 0)
            throw Refusal{"has a damaged group", "Fetch or copy the file again"};
        std::sort(names.begin(), names.end());
        return names;
    }

    void walk(hid_t group, const std::string& path, int depth)
    {
        if (group < 0 || depth > mostDepth)
            throw Refusal{"has groups inside each other more than " + std::to_string(mostDepth) + " deep", {}};
        for (const std::string& name : namesIn(group)) {
            H5L_info_t link;
            const std::string whole = path.empty() ? name : path + '/' + name;
            if (m_entries.size() >= mostEntries)
                throw Refusal{"holds more than " + std::to_string(mostEntries) + " datasets", {}};
            if (H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) < 0)
                throw Refusal{"has a damaged link \"" + whole + "\"", "Fetch or copy the file again"};
            if (link.type != H5L_TYPE_HARD) {
                refuse(whole, "a link to somewhere else");
                continue;
            }
            const Id object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
            if (!object.ok())
                refuse(whole, "damaged");
            else if (H5Iget_type(object) == H5I_GROUP)
                walk(object, whole, depth + 1);
            else if (H5Iget_type(object) == H5I_DATASET)
                list(object, whole);
        }
    }

    void refuse(const std::string& name, std::string why)
    {
        m_entries.push_back({.name = name, .unreadable = std::move(why)});
        m_places.emplace_back(name, "");
    }

    void list(hid_t dataset, const std::string& name)
    {
        const Id type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
        const int rank = H5Sget_simple_extent_ndims(space);
        if (!type.ok() || rank < 0 || hsize_t(rank) > mostRank)
            return refuse(name, "of more dimensions than are read here");
        hsize_t lengths[mostRank] = {};
        H5Sget_simple_extent_dims(space, lengths, nullptr);
        H5Entry entry{.name = name};
        for (int d = 0; d < rank; ++d)
            entry.shape.push_back(std::int64_t(std::min(lengths[d], hsize_t(1) << 62)));
        entry.unreadable = storageOf(dataset);
        if (H5Tget_class(type) == H5T_COMPOUND && rank == 1) {
            const int fields = H5Tget_nmembers(type);
            for (int f = 0; f < fields && m_entries.size() < mostEntries; ++f)
                listField(type, unsigned(f), entry);
            return;
        }
        const ReadAs as = readAs(type);
        entry.element = as.element;
        if (entry.unreadable.empty() && !as.why.empty())
            entry.unreadable = as.why;
        m_entries.push_back(std::move(entry));
        m_places.emplace_back(name, "");
    }

    void listField(hid_t type, unsigned place, H5Entry entry)
    {
        const Id member(H5Tget_member_type(type, place), H5Tclose);
        char* field = H5Tget_member_name(type, place);
        if (!member.ok() || !field)
            return;
        const ReadAs as = readAs(member);
        m_places.emplace_back(entry.name, field);
        entry.name += std::string("/") + field;
        H5free_memory(field);
        entry.element = as.element;
        if (entry.unreadable.empty())
            entry.unreadable = as.variable ? "texts of any length in records" : as.why;
        m_entries.push_back(std::move(entry));
    }

    // Why its bytes are not to be read; empty if they are in this file and packed as HDF5 itself can.
    static std::string storageOf(hid_t dataset)
    {
        const Id list(H5Dget_create_plist(dataset), H5Pclose);
        if (!list.ok())
            return "damaged";
        const H5D_layout_t storage = H5Pget_layout(list);
        if (H5Pget_external_count(list) != 0)
            return "stored in another file";
        if (storage != H5D_CONTIGUOUS && storage != H5D_CHUNKED && storage != H5D_COMPACT)
            return "a virtual dataset, made of other files";
        const int filters = H5Pget_nfilters(list);
        for (int i = 0; i < filters; ++i) {
            unsigned flags = 0;
            std::size_t none = 0;
            const H5Z_filter_t filter = H5Pget_filter2(list, unsigned(i), &flags, &none, nullptr, 0, nullptr, nullptr);
            if (filter < H5Z_FILTER_DEFLATE || filter > H5Z_FILTER_SCALEOFFSET)
                return filter == 32000 ? "packed by lzf; use gzip" : "packed by a filter that is not known here";
        }
        hsize_t chunk[mostRank + 24] = {}, bytes = 1;
        const int rank = storage == H5D_CHUNKED ? H5Pget_chunk(list, 32, chunk) : 0;
        for (int d = 0; d < rank; ++d)
            if (chunk[d] == 0 || __builtin_mul_overflow(bytes, chunk[d], &bytes) || bytes > mostChunkBytes)
                return "stored in pieces larger than any are";
        return {};
    }

    void readEntry(const H5Wish& wish)
    {
        H5Entry entry = m_entries.at(wish.place);
        const auto& [path, field] = m_places.at(wish.place);
        if (!entry.unreadable.empty())
            throw Refusal{"\"" + entry.name + "\" is not read: it is, or holds, " + entry.unreadable,
                          "Write it anew with h5py as plain numbers, or name other datasets in data.source"};
        const Id dataset(H5Dopen2(m_file, path.c_str(), H5P_DEFAULT), H5Dclose);
        const Id type(H5Dget_type(dataset), H5Tclose);
        const Id member(field.empty() ? H5Tcopy(type)
                                      : H5Tget_member_type(type, unsigned(H5Tget_member_index(type, field.c_str()))),
                        H5Tclose);
        const ReadAs as = readAs(member);
        const std::size_t unit =
            as.variable ? sizeof(char*) : std::max<std::size_t>(1, as.textBytes ? as.textBytes : bytesOf(as.element));
        const std::int64_t rowsInFile = entry.shape.empty() ? 1 : entry.shape.front();
        if (!entry.shape.empty())
            entry.shape.front() = std::min(entry.shape.front(), wish.maxRows);
        std::int64_t count = 0;
        if (!countElements(entry.shape, std::int64_t(m_budget / unit), count) ||
            (as.element == Element::Text && hsize_t(count) > mostTexts))
            throw Refusal{"\"" + entry.name + "\" claims to be larger than the file can hold",
                          "Fetch or copy the file again, or take fewer rows by data.rows"};
        m_budget -= hsize_t(count) * unit;
        std::string head(1, char(Kind::Array));
        put(head, entry);
        put(head, std::uint64_t(rowsInFile));
        m_send(head);
        if (count > 0)
            readRows(dataset, member, entry, field, as, unit);
    }

    // The type in memory: the number itself, or a record with that one field.
    static Id memoryType(hid_t member, const std::string& field, const ReadAs& as)
    {
        Id one(as.element == Element::Text ? H5Tcopy(member) : H5Tcopy(as.native), H5Tclose);
        if (field.empty())
            return one;
        Id record(H5Tcreate(H5T_COMPOUND, H5Tget_size(one)), H5Tclose);
        H5Tinsert(record, field.c_str(), 0, one);
        return record;
    }

    void readRows(hid_t dataset, hid_t member, const H5Entry& entry, const std::string& field, const ReadAs& as,
                  std::size_t unit)
    {
        const Id memory = memoryType(member, field, as), space(H5Dget_space(dataset), H5Sclose);
        hsize_t start[mostRank] = {}, lengths[mostRank] = {1}, row = unit;
        for (std::size_t d = 0; d < entry.shape.size(); ++d) {
            lengths[d] = hsize_t(entry.shape[d]);
            row *= d > 0 ? lengths[d] : 1;
        }
        const hsize_t rows = lengths[0], step = std::max<hsize_t>(1, pieceBytes / std::max<hsize_t>(1, row));
        const int rank = int(entry.shape.size());
        for (hsize_t at = 0; at < rows; at += step) {
            start[0] = at;
            lengths[0] = std::min(step, rows - at);
            const Id part(rank > 0 ? H5Screate_simple(rank, lengths, nullptr) : H5Screate(H5S_SCALAR), H5Sclose);
            if (rank > 0)
                H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, lengths, nullptr);
            std::string bytes(std::size_t(lengths[0] * row), '\0');
            if (H5Dread(dataset, memory, part, space, H5P_DEFAULT, bytes.data()) < 0)
                throw Refusal{"\"" + entry.name + "\" cannot be read: it is damaged", "Fetch or copy the file again"};
            sendPiece(bytes, as, unit);
            if (as.variable)
                H5Dvlen_reclaim(memory, part, H5P_DEFAULT, bytes.data());
        }
    }

    void sendPiece(const std::string& bytes, const ReadAs& as, std::size_t unit) const
    {
        if (as.element != Element::Text) {
            m_send(char(Kind::Bytes) + bytes);
            return;
        }
        std::string texts(1, char(Kind::Texts));
        for (std::size_t at = 0; at < bytes.size(); at += unit) {
            std::string_view text(bytes.data() + at, unit);
            if (as.variable) {
                const char* pointed = nullptr;
                std::memcpy(&pointed, bytes.data() + at, sizeof pointed);
                text = pointed ? std::string_view(pointed) : std::string_view();
            }
            put(texts, text.substr(0, text.find('\0')));
            if (texts.size() > pieceBytes) {
                m_send(texts);
                texts.resize(1);
            }
        }
        m_send(texts);
    }
};

}

void readMapped(const char* bytes, std::size_t size, const H5Choice& choose,
                const std::function<void(std::string_view)>& send)
{
    H5dont_atexit();
    H5open();
    H5PLset_loading_state(0);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    imageOf = const_cast<char*>(bytes);
    std::string failure(1, char(Kind::Failure));
    try {
        MappedFile(size, choose, send).read();
        return;
    } catch (const Refusal& refusal) {
        put(failure, std::string_view(refusal.message));
        put(failure, std::string_view(refusal.advice));
    } catch (const std::bad_alloc&) {
        put(failure, std::string_view("needs more memory to be read than it should"));
        put(failure, std::string_view("Take fewer rows by data.rows"));
    }
    send(failure);
}

}
