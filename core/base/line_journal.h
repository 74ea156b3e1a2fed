// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <filesystem>

namespace core::base {

/// What is on disk of a journal: JSON Lines, one record a line, each with its CRC-32 over what stands before it:
/// `{"op":"tell","trial":3,…,"crc":"1a2b3c4d"}`.
struct JournalContent {
    std::vector<Object> records;
    std::int64_t bytes = 0;   ///< up to the end of the last whole record
    std::int64_t damaged = 0; ///< lines before that that are none; a torn last line is not counted
};

/// Never fails for what is in the file: lines that are torn or changed are left out.
Result<JournalContent> readJournal(const std::filesystem::path& file);
JournalContent parseJournal(std::string_view text);

/// One line with its newline; `record` has a key.
std::string journalLine(const Object& record);

/// The one writer of a journal: it holds the file's lock. A record is there, whatever happens to the process
/// afterwards, once append() has returned.
class JournalWriter {
public:
    /// Makes the file if there is none, and cuts a torn last line off. An error of kind Resource if another process
    /// writes it; `what` is what that error calls it.
    static Result<JournalWriter> open(const std::filesystem::path& file, std::string_view what = "this journal");
    JournalWriter(JournalWriter&& other) noexcept;
    JournalWriter& operator=(JournalWriter&& other) noexcept;
    ~JournalWriter();

    /// Written whole and synced, or not at all: what a full disk leaves of it is cut off again. `synced` false: a power
    /// cut may take it until the next one is synced; the death of this process does not.
    Status append(const Object& record, bool synced = true);
    /// What was there at open().
    const JournalContent& before() const { return m_before; }

private:
    JournalWriter() = default;

    std::filesystem::path m_file;
    int m_handle = -1;
    std::int64_t m_size = 0;
    JournalContent m_before;
};

/// JSON has no NaN and no infinities: they stand as "nan", "inf" and "-inf".
Value numberAsValue(double number);
double numberOf(const Value& value);

}
