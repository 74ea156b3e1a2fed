// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/picture_formats.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

namespace core::data::pictures {

namespace {

// A picture of few bytes may claim any number of scans, each of which costs as much as a picture.
constexpr int mostScans = 500;
// A block of 8 × 8 pixels takes a bit at least, of one component.
constexpr std::int64_t mostPixelsAByte = 8 * 64;

// What libjpeg calls from inside; it must not return from an error.
struct JpegWork {
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf back{};
    char problem[JMSG_LENGTH_MAX] = {};
    bool cutOff = false;
};

[[noreturn]] void leave(j_common_ptr jpeg)
{
    JpegWork* work = static_cast<JpegWork*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, work->problem);
    std::longjmp(work->back, 1);
}

// Warnings about bytes that are missing; all others do no harm.
void note(j_common_ptr jpeg, int level)
{
    const int code = jpeg->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER))
        static_cast<JpegWork*>(jpeg->client_data)->cutOff = true;
}

void watch(j_common_ptr jpeg)
{
    if (jpeg->is_decompressor && reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > mostScans) {
        JpegWork* work = static_cast<JpegWork*>(jpeg->client_data);
        std::snprintf(work->problem, sizeof work->problem, "more than %d scans", mostScans);
        std::longjmp(work->back, 1);
    }
}

// Pixel after pixel → three planes. Apart from what setjmp() makes slow, and with bytes that are known not to overlap.
[[gnu::noinline]] void toPlanes(const std::uint8_t* __restrict in, std::uint8_t* __restrict red,
                                std::uint8_t* __restrict green, std::uint8_t* __restrict blue, std::int64_t width)
{
    for (std::int64_t x = 0; x < width; ++x) {
        red[x] = in[3 * x];
        green[x] = in[3 * x + 1];
        blue[x] = in[3 * x + 2];
    }
}

class JpegDecoder {
public:
    JpegDecoder(std::string_view bytes, const std::string& where, bool upright, bool factsOnly)
        : m_bytes(bytes),
          m_where(where),
          m_upright(upright),
          m_factsOnly(factsOnly)
    {
        m_jpeg.err = jpeg_std_error(&m_work.errors);
        m_jpeg.client_data = &m_work;
        m_work.errors.error_exit = leave;
        m_work.errors.emit_message = note;
        m_work.errors.output_message = [](j_common_ptr) {};
        m_work.progress.progress_monitor = watch;
    }
    ~JpegDecoder() { jpeg_destroy_decompress(&m_jpeg); }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    base::Result<Picture> decode()
    {
        if (!begin())
            return damaged();
        Picture picture{{m_jpeg.num_components == 1 ? 1 : 3, m_jpeg.image_height, m_jpeg.image_width}, {}};
        CORE_CHECK(checkSize(picture.facts, m_where));
        const int turned = m_upright ? orientation() : 1;
        if (m_factsOnly) {
            if (turned >= 5)
                std::swap(picture.facts.height, picture.facts.width);
            return picture;
        }
        CORE_CHECK(checkClaim(picture.facts, m_bytes.size(), mostPixelsAByte, m_where));
        picture.pixels.resize(std::size_t(picture.facts.channels * picture.facts.height * picture.facts.width));
        m_row.resize(std::size_t(m_jpeg.image_width) * 4 + 1);
        if (!readRows(picture))
            return damaged();
        if (m_work.cutOff)
            return pictureError(m_where, "is cut off: a part of the picture is missing");
        return pictures::upright(std::move(picture), turned);
    }

private:
    std::string_view m_bytes;
    const std::string& m_where;
    bool m_upright, m_factsOnly;
    jpeg_decompress_struct m_jpeg{};
    JpegWork m_work;
    std::vector<std::uint8_t> m_row;

    // To an aligned row libjpeg-turbo writes past the caches, and reading it again would take ten times as long.
    std::uint8_t* rowBytes() { return m_row.data() + 1; }
    const std::uint8_t* rowBytes() const { return m_row.data() + 1; }

    base::Error damaged() const
    {
        return pictureError(m_where, std::string("is a damaged JPEG (") + m_work.problem + ")");
    }

    // Below, nothing with a destructor lives in a function that libjpeg may jump back to.
    bool begin()
    {
        if (setjmp(m_work.back))
            return false;
        jpeg_create_decompress(&m_jpeg);
        m_jpeg.progress = &m_work.progress;
        jpeg_save_markers(&m_jpeg, JPEG_APP0 + 1, 0xffff);
        jpeg_mem_src(&m_jpeg, reinterpret_cast<const unsigned char*>(m_bytes.data()), m_bytes.size());
        jpeg_read_header(&m_jpeg, TRUE);
        return true;
    }

    bool readRows(Picture& picture)
    {
        if (setjmp(m_work.back))
            return false;
        const bool cmyk = m_jpeg.num_components == 4;
        m_jpeg.out_color_space = cmyk ? JCS_CMYK : picture.facts.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_start_decompress(&m_jpeg);
        while (m_jpeg.output_scanline < m_jpeg.output_height) {
            std::uint8_t* row = rowBytes();
            const std::int64_t y = m_jpeg.output_scanline;
            jpeg_read_scanlines(&m_jpeg, &row, 1);
            put(picture, y, cmyk);
        }
        jpeg_finish_decompress(&m_jpeg);
        return true;
    }

    void put(Picture& picture, std::int64_t y, bool cmyk) const
    {
        const std::int64_t width = picture.facts.width, plane = picture.facts.height * width;
        const std::uint8_t* in = rowBytes();
        std::uint8_t* out = picture.pixels.data() + y * width;
        if (picture.facts.channels == 1) {
            std::copy_n(in, width, out);
        } else if (cmyk) {
            putInk(out, plane, width);
        } else {
            toPlanes(in, out, out + plane, out + 2 * plane, width);
        }
    }

    void putInk(std::uint8_t* out, std::int64_t plane, std::int64_t width) const
    {
        // Adobe stores ink turned round: 255 is none.
        const unsigned turn = m_jpeg.saw_Adobe_marker ? 0 : 255;
        for (std::int64_t x = 0; x < width; ++x) {
            const std::uint8_t* ink = rowBytes() + 4 * x;
            for (std::int64_t c = 0; c < 3; ++c)
                out[c * plane + x] = std::uint8_t((ink[c] ^ turn) * (ink[3] ^ turn) / 255u);
        }
    }

    int orientation() const
    {
        constexpr std::string_view mark("Exif\0\0", 6);
        for (auto* marker = m_jpeg.marker_list; marker; marker = marker->next) {
            const std::string_view block(reinterpret_cast<const char*>(marker->data), marker->data_length);
            if (block.starts_with(mark))
                return orientationOf(block.substr(mark.size()));
        }
        return 1;
    }
};

}

base::Result<Picture> decodeJpeg(std::string_view bytes, const std::string& where, bool upright, bool factsOnly)
{
    return JpegDecoder(bytes, where, upright, factsOnly).decode();
}

}
