// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/picture_formats.h"

#include <algorithm>
#include <csetjmp>
#include <cstring>

#include <png.h>

namespace core::data::pictures {

namespace {

// Deflate's greatest ratio, rounded up, by a row's bits.
constexpr std::int64_t mostBitsAByte = 1040 * 8;

// What libpng calls from inside; it must not return from an error.
struct PngWork {
    std::string_view bytes;
    std::size_t at = 0;
    char problem[100] = {};
};

[[noreturn]] void leave(png_structp png, png_const_charp message)
{
    PngWork* work = static_cast<PngWork*>(png_get_error_ptr(png));
    std::strncpy(work->problem, message, sizeof work->problem - 1);
    png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

void feed(png_structp png, png_bytep out, std::size_t size)
{
    PngWork* work = static_cast<PngWork*>(png_get_io_ptr(png));
    if (work->bytes.size() - work->at < size)
        png_error(png, "ends too early");
    std::memcpy(out, work->bytes.data() + work->at, size);
    work->at += size;
}

class PngDecoder {
public:
    PngDecoder(std::string_view bytes, const std::string& where, PictureUse use, bool factsOnly)
        : m_where(where),
          m_use(use),
          m_factsOnly(factsOnly)
    {
        m_work.bytes = bytes;
        m_png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &m_work, leave, ignore);
        if (m_png)
            m_info = png_create_info_struct(m_png);
    }
    ~PngDecoder() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;

    base::Result<Picture> decode()
    {
        if (!m_png || !m_info)
            return base::Error{base::ErrorKind::Resource, "no memory to read a picture", m_where, {}};
        if (!begin())
            return damaged();
        const int type = png_get_color_type(m_png, m_info);
        const bool grey =
            !(type & PNG_COLOR_MASK_COLOR) || (m_use == PictureUse::Mask && type == PNG_COLOR_TYPE_PALETTE);
        Picture picture{{grey ? 1 : 3, png_get_image_height(m_png, m_info), png_get_image_width(m_png, m_info)}, {}};
        CORE_CHECK(checkSize(picture.facts, m_where));
        const bool colours = (type & PNG_COLOR_MASK_COLOR) && type != PNG_COLOR_TYPE_PALETTE;
        if (m_use == PictureUse::Mask && (colours || png_get_bit_depth(m_png, m_info) > 8))
            return pictureError(m_where, colours ? "has colours where the numbers of classes should be"
                                                 : "has 16 bits a pixel where numbers of classes have 8");
        if (!m_factsOnly) {
            const std::int64_t bits = std::max<std::int64_t>(1, png_get_bit_depth(m_png, m_info)) *
                                      std::max<std::int64_t>(1, png_get_channels(m_png, m_info));
            CORE_CHECK(checkClaim(picture.facts, m_work.bytes.size(), mostBitsAByte / bits, m_where));
            m_rowBytes = std::size_t(picture.facts.width * picture.facts.channels);
            m_interleaved.resize(m_rowBytes * std::size_t(picture.facts.height));
            for (std::int64_t y = 0; y < picture.facts.height; ++y)
                m_rows.push_back(m_interleaved.data() + std::size_t(y) * m_rowBytes);
            if (!readRows())
                return damaged();
            picture.pixels = planes(picture.facts);
        }
        const int turned = m_use == PictureUse::Seen ? orientation() : 1;
        if (m_factsOnly && turned >= 5)
            std::swap(picture.facts.height, picture.facts.width);
        return m_factsOnly ? std::move(picture) : pictures::upright(std::move(picture), turned);
    }

private:
    const std::string& m_where;
    PictureUse m_use;
    bool m_factsOnly;
    PngWork m_work;
    png_structp m_png = nullptr;
    png_infop m_info = nullptr;
    std::size_t m_rowBytes = 0;
    std::vector<std::uint8_t> m_interleaved;
    std::vector<png_bytep> m_rows;

    base::Error damaged() const
    {
        return pictureError(m_where, std::string("is a damaged PNG (") + m_work.problem + ")");
    }

    // Below, nothing with a destructor lives in a function that libpng may jump back to.
    bool begin()
    {
        if (setjmp(png_jmpbuf(m_png)))
            return false;
        // Chunks that say nothing of the pixels are skipped unread: texts, colour profiles and the like.
        static const png_byte skipped[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0hIST\0pCAL\0sCAL";
        png_set_keep_unknown_chunks(m_png, PNG_HANDLE_CHUNK_NEVER, skipped, 8);
        png_set_chunk_malloc_max(m_png, 8'000'000);
        png_set_user_limits(m_png, 1u << 20, 1u << 20);
        png_set_read_fn(m_png, &m_work, feed);
        png_read_info(m_png, m_info);
        return true;
    }

    bool readRows()
    {
        if (setjmp(png_jmpbuf(m_png)))
            return false;
        const int type = png_get_color_type(m_png, m_info);
        png_set_scale_16(m_png);
        png_set_packing(m_png);
        if (m_use != PictureUse::Mask && type == PNG_COLOR_TYPE_PALETTE)
            png_set_palette_to_rgb(m_png);
        if (m_use != PictureUse::Mask && type == PNG_COLOR_TYPE_GRAY)
            png_set_expand_gray_1_2_4_to_8(m_png);
        if (type & PNG_COLOR_MASK_ALPHA || png_get_valid(m_png, m_info, PNG_INFO_tRNS))
            png_set_strip_alpha(m_png);
        png_set_interlace_handling(m_png);
        png_read_update_info(m_png, m_info);
        if (png_get_rowbytes(m_png, m_info) != m_rowBytes)
            png_error(m_png, "rows of another length");
        png_read_image(m_png, m_rows.data());
        png_read_end(m_png, m_info);
        return true;
    }

    std::vector<std::uint8_t> planes(const PictureFacts& facts) const
    {
        if (facts.channels == 1)
            return m_interleaved;
        std::vector<std::uint8_t> pixels(m_interleaved.size());
        const std::size_t plane = std::size_t(facts.height * facts.width);
        for (std::size_t i = 0; i < plane; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                pixels[c * plane + i] = m_interleaved[3 * i + c];
        return pixels;
    }

    int orientation() const
    {
        png_uint_32 size = 0;
        png_bytep exif = nullptr;
        if (!png_get_eXIf_1(m_png, m_info, &size, &exif))
            return 1;
        return orientationOf({reinterpret_cast<const char*>(exif), size});
    }
};

}

base::Result<Picture> decodePng(std::string_view bytes, const std::string& where, PictureUse use, bool factsOnly)
{
    return PngDecoder(bytes, where, use, factsOnly).decode();
}

}
