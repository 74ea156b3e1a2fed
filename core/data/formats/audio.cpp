// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/audio.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include <sndfile.h>

namespace core::data {

namespace {

constexpr std::int64_t framesAPiece = 1 << 14;

// The bytes as a file.
struct Bytes {
    std::string_view bytes;
    sf_count_t at = 0;
};

sf_count_t lengthOf(void* user)
{
    return sf_count_t(static_cast<Bytes*>(user)->bytes.size());
}
sf_count_t seek(sf_count_t offset, int whence, void* user)
{
    auto* file = static_cast<Bytes*>(user);
    const sf_count_t size = lengthOf(user), base = whence == SEEK_CUR ? file->at : whence == SEEK_END ? size : 0;
    sf_count_t to = 0;
    if (__builtin_add_overflow(base, offset, &to))
        return -1;
    return file->at = std::clamp<sf_count_t>(to, 0, size);
}
sf_count_t read(void* out, sf_count_t count, void* user)
{
    auto* file = static_cast<Bytes*>(user);
    const sf_count_t some = std::clamp<sf_count_t>(count, 0, lengthOf(user) - file->at);
    std::memcpy(out, file->bytes.data() + file->at, std::size_t(some));
    file->at += some;
    return some;
}
sf_count_t refuseWrite(const void*, sf_count_t, void*)
{
    return 0;
}
sf_count_t tell(void* user)
{
    return static_cast<Bytes*>(user)->at;
}

base::Error audioError(const std::string& where, const std::string& what)
{
    return {base::ErrorKind::Data, what, where, "Replace the file or remove it"};
}

bool hasExtension(std::string_view path, std::initializer_list<std::string_view> known)
{
    const std::size_t dot = path.rfind('.');
    std::string extension(dot == path.npos ? std::string_view() : path.substr(dot + 1));
    for (char& c : extension)
        c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    return std::find(known.begin(), known.end(), extension) != known.end();
}

}

base::Result<Recording> decodeAudio(std::string_view bytes, const std::string& where)
{
    if (bytes.empty())
        return audioError(where, "is empty");
    Bytes file{bytes};
    SF_VIRTUAL_IO calls{lengthOf, seek, read, refuseWrite, tell};
    SF_INFO facts{};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> sound(sf_open_virtual(&calls, SFM_READ, &facts, &file), sf_close);
    if (!sound)
        return audioError(where, std::string("is no recording that is read here (") + sf_strerror(nullptr) + ")");
    if (facts.channels < 1 || facts.channels > 64 || facts.samplerate < 1)
        return audioError(where, "claims to have " + std::to_string(facts.channels) + " channels at " +
                                     std::to_string(facts.samplerate) + " Hz");
    Recording recording{facts.channels, 0, double(facts.samplerate), {}};
    // What a head claims is not believed: memory grows with what comes out.
    std::vector<float> interleaved, piece(std::size_t(framesAPiece * recording.channels));
    for (;;) {
        const sf_count_t got = sf_readf_float(sound.get(), piece.data(), framesAPiece);
        if (got <= 0)
            break;
        interleaved.insert(interleaved.end(), piece.begin(), piece.begin() + std::ptrdiff_t(got * recording.channels));
        if (std::int64_t(interleaved.size()) > mostAudioValues)
            return audioError(where, "is longer than any recording that is read here");
    }
    if (sf_error(sound.get()) != SF_ERR_NO_ERROR)
        return audioError(where, std::string("is damaged (") + sf_strerror(sound.get()) + ")");
    recording.frames = std::int64_t(interleaved.size()) / recording.channels;
    if (recording.frames == 0)
        return audioError(where, "holds no sound");
    recording.values.resize(interleaved.size());
    for (std::int64_t c = 0; c < recording.channels; ++c)
        for (std::int64_t f = 0; f < recording.frames; ++f) {
            const float value = interleaved[std::size_t(f * recording.channels + c)];
            if (!std::isfinite(value))
                return audioError(where, "holds a value that is no number");
            recording.values[std::size_t(c * recording.frames + f)] = value;
        }
    return recording;
}

bool namesAudio(std::string_view path)
{
    return hasExtension(path, {"wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au"});
}

bool namesOtherAudio(std::string_view path)
{
    return hasExtension(path, {"m4a", "aac", "wma", "webm", "mp4"});
}

}
