"""A peer that makes and reads COSE messages with the Python libraries cwt and pycose.

A request is a line of JSON on standard input, its answer a line on standard output. Byte strings are in
hexadecimal, keys are COSE_Key structures. Members of a request:

  library       "cwt" or "pycose"; or "uswid", for tags: `kind` is "coswid" or "swid", and further members are
                those that its methods name;
                or "token", for CWTs by cwt: `payload` is the claims-set; `signers` sign it, `key` is that of a
                MAC or a cipher around what was signed, and `kek` wraps that key for a recipient
  do            "make", "read", "rsa" (a new key), "algorithms" (those that the library names); by cwt
                "countersign" (`message` by `key`, in brief or not: `brief`), "counterverify"
  kind          "sign1", "sign", "mac0", "mac", "encrypt0" or "encrypt"
  alg, key      of the content or the signer; the key is absent where a recipient gives it
  signers       of "sign", in place of alg and key: a list of {alg, key, kid}
  recipient     of "mac" and "encrypt": {alg, key, sender, kid, nonce}
  payload, aad, kid, iv, content_type
  detached      whether a message is to be made without its payload
  message       to be read
  content       the payload or ciphertext of a message that was detached from it

Answers are {"ok": true, "message" or "payload" or "key" or "algorithms": ...}, or {"ok": false, "why": ...}.
"""

import json
import sys

import cbor2
import cwt
import cwt.const
import pycose.algorithms
import uswid
from cryptography.hazmat.primitives.asymmetric import rsa
from pycose import headers
from pycose.keys import CoseKey, SymmetricKey
from pycose.messages import (
    CoseMessage,
    Enc0Message,
    EncMessage,
    Mac0Message,
    MacMessage,
    Sign1Message,
    SignMessage,
)
from pycose.messages.recipient import (
    DirectEncryption,
    DirectKeyAgreement,
    KeyAgreementWithKeyWrap,
    KeyWrap,
)
from pycose.messages.signer import CoseSignature

DIRECT = -6
KEY_WRAP = {-3: 16, -4: 24, -5: 32}
DERIVED = (-10, -11)
ECDH_STATIC = (-27, -28, -32, -33, -34)
ECDH_WRAPPED = {-29: -3, -30: -4, -31: -5, -32: -3, -33: -4, -34: -5}


def octets(request, name):
    """The byte string of a member, or None."""
    value = request.get(name)
    return None if value is None else bytes.fromhex(value)


class Refused(Exception):
    """The library says no."""


class Cwt:
    """The library cwt."""

    def algorithms(self):
        named = {}
        for table in (
            cwt.const.COSE_ALGORITHMS_SIGNATURE,
            cwt.const.COSE_ALGORITHMS_MAC,
            cwt.const.COSE_ALGORITHMS_CEK,
            cwt.const.COSE_ALGORITHMS_RECIPIENT,
        ):
            named.update(table)
        return sorted(set(named.values()))

    def key(self, encoded, kid, alg=None):
        """A key, under the identifier that the message names: cwt looks for it among the keys."""
        parameters = cbor2.loads(encoded)
        if kid is not None:
            parameters[2] = kid
        if alg is not None:
            parameters[3] = alg
        return cwt.COSEKey.new(parameters)

    def headers(self, request):
        protected, unprotected = {}, {}
        alg = request.get("alg")
        if alg is not None:
            (unprotected if alg <= -65529 else protected)[1] = alg
        if request.get("content_type") is not None:
            protected[3] = request["content_type"]
        if request.get("kid") is not None:
            unprotected[4] = octets(request, "kid")
        if request.get("iv") is not None:
            unprotected[5] = octets(request, "iv")
        return protected, unprotected

    def context(self, request):
        """The COSE_KDF_Context, which cwt wants to be told."""
        recipient = request["recipient"]
        target = ECDH_WRAPPED.get(recipient["alg"], request["alg"])
        bits = cwt.const.COSE_KEY_LEN[target]
        protected = cbor2.dumps({1: recipient["alg"]})
        nonce = octets(recipient, "nonce")
        return [target, [None, nonce, None], [None, None, None], [bits, protected]]

    def recipient(self, request):
        """The recipient of a new message, and the key of its content where that is known before."""
        of = request["recipient"]
        alg, kid = of["alg"], octets(of, "kid")
        unprotected = {} if kid is None else {4: kid}
        content_key = octets(request, "key")
        if content_key is not None:
            content_key = self.key(content_key, None)
        if alg == DIRECT:
            return cwt.Recipient.new(unprotected={1: alg, **unprotected}), content_key
        key = octets(of, "key")
        if alg in KEY_WRAP:
            kek = self.key(key, kid, alg)
            return cwt.Recipient.new(unprotected={1: alg, **unprotected}, sender_key=kek), content_key
        context = self.context(request)
        if of.get("nonce") is not None:
            unprotected[-22] = octets(of, "nonce")
        if alg in DERIVED:
            shared = self.key(key, kid, 5)
            return cwt.Recipient.new({1: alg}, unprotected, context=context), shared
        sender = self.key(octets(of, "sender"), None, alg) if alg in ECDH_STATIC else None
        recipient = cwt.Recipient.new(
            {1: alg},
            unprotected,
            sender_key=sender,
            recipient_key=self.key(key, kid, alg),
            context=context,
        )
        return recipient, content_key

    def make(self, request):
        protected, unprotected = self.headers(request)
        cose = cwt.COSE.new(deterministic_header=True)
        payload = octets(request, "payload")
        aad = octets(request, "aad") or b""
        kind = request["kind"]
        if request.get("detached"):
            raise NotImplementedError("cwt makes no detached payload")
        if kind == "sign":
            signers = []
            for signer in request["signers"]:
                kid = octets(signer, "kid")
                own = {} if kid is None else {4: kid}
                key = self.key(octets(signer, "key"), None, signer["alg"])
                signers.append(cwt.Signer.new(key, {1: signer["alg"]}, own))
            return cose.encode_and_sign(
                payload, None, protected, unprotected, signers=signers, external_aad=aad
            )
        options = {"external_aad": aad}
        if request.get("recipient") is not None:
            recipient, key = self.recipient(request)
            options["recipients"] = [recipient]
        else:
            key = self.key(octets(request, "key"), None, request["alg"])
        encode = {
            "sign1": cose.encode_and_sign,
            "mac0": cose.encode_and_mac,
            "mac": cose.encode_and_mac,
            "encrypt0": cose.encode_and_encrypt,
            "encrypt": cose.encode_and_encrypt,
        }[kind]
        if kind in ("encrypt0", "encrypt"):
            options["enable_non_aead"] = True
        return encode(payload, key, protected, unprotected, **options)

    def read(self, request):
        of = request.get("recipient")
        options = {"external_aad": octets(request, "aad") or b"", "enable_non_aead": True}
        if of is None:
            key = self.key(octets(request, "key"), octets(request, "kid"), request["alg"])
        elif of["alg"] == DIRECT:
            key = self.key(octets(request, "key"), octets(of, "kid"), request["alg"])
        else:
            alg = 5 if of["alg"] in DERIVED else of["alg"]
            key = self.key(octets(of, "key"), octets(of, "kid"), alg)
            if of["alg"] not in KEY_WRAP:
                options["context"] = self.context(request)
        if request.get("content") is not None:
            options["detached_payload"] = octets(request, "content")
        return cwt.COSE.new().decode(octets(request, "message"), key, **options)


    def countersign(self, request):
        message = cwt.COSEMessage.loads(octets(request, "message"))
        alg, kid = request["alg"], octets(request, "kid")
        key = self.key(octets(request, "key"), None, alg)
        signer = cwt.Signer.new(key, {1: alg}, {4: kid})
        message.countersign(
            signer,
            octets(request, "aad") or b"",
            abbreviated=request["brief"],
            detached_payload=octets(request, "content"),
        )
        return message.dumps()

    def counterverify(self, request):
        message = cwt.COSEMessage.loads(octets(request, "message"))
        key = self.key(octets(request, "key"), octets(request, "kid"), request["alg"])
        aad = octets(request, "aad") or b""
        message.counterverify(key, aad, detached_payload=octets(request, "content"))
        return b""


class Pycose:
    """The library pycose."""

    MESSAGES = {
        "sign1": Sign1Message,
        "sign": SignMessage,
        "mac0": Mac0Message,
        "mac": MacMessage,
        "encrypt0": Enc0Message,
        "encrypt": EncMessage,
    }

    def algorithms(self):
        registered = pycose.algorithms.CoseAlgorithm.get_registered_classes()
        hashes = pycose.algorithms._HashAlg
        return sorted({
            alg.identifier for alg in registered.values() if not issubclass(alg, hashes)
        })

    def key(self, encoded, alg=None):
        parameters = cbor2.loads(encoded)
        # pycose holds `alg` of the key against that of every layer that the key is used in.
        parameters.pop(3, None)
        return CoseKey.from_dict(parameters)

    def headers(self, request):
        protected, unprotected = {}, {}
        if request.get("alg") is not None:
            protected[headers.Algorithm] = self.algorithm(request["alg"])
        if request.get("content_type") is not None:
            protected[headers.ContentType] = request["content_type"]
        if request.get("kid") is not None:
            unprotected[headers.KID] = octets(request, "kid")
        if request.get("iv") is not None:
            unprotected[headers.IV] = octets(request, "iv")
        return protected, unprotected

    def algorithm(self, number):
        return pycose.algorithms.CoseAlgorithm.from_id(number)

    def recipient(self, request):
        """The recipient of a new message."""
        of = request["recipient"]
        alg, key = of["alg"], octets(of, "key")
        unprotected = {}
        if of.get("kid") is not None:
            unprotected[headers.KID] = octets(of, "kid")
        if of.get("nonce") is not None:
            unprotected[headers.PartyUNonce] = octets(of, "nonce")
        name = {headers.Algorithm: self.algorithm(alg)}
        if alg == DIRECT:
            return DirectEncryption(uhdr={**name, **unprotected})
        if alg in KEY_WRAP:
            content_key = self.key(octets(request, "key")).k
            return KeyWrap(uhdr={**name, **unprotected}, payload=content_key, key=self.key(key))
        kind = KeyAgreementWithKeyWrap if alg in ECDH_WRAPPED else DirectKeyAgreement
        recipient = kind(phdr=name, uhdr=unprotected)
        recipient.local_attrs = {headers.StaticKey: self.key(key)}
        if kind is DirectKeyAgreement and alg not in ECDH_STATIC:
            # pycose makes it itself, but only after it was needed.
            recipient._setup_ephemeral_key(self.key(key))
        if alg in ECDH_STATIC:
            sender = self.key(octets(of, "sender"))
            recipient.key = sender
            public = dict(sender)
            del public[pycose.keys.keyparam.EC2KpD]
            recipient.uhdr_update({headers.StaticKey: CoseKey.from_dict(public)})
        if alg in ECDH_WRAPPED:
            recipient.payload = self.key(octets(request, "key")).k
        return recipient

    def make(self, request):
        protected, unprotected = self.headers(request)
        kind = request["kind"]
        payload, detached = octets(request, "payload"), None
        aad = octets(request, "aad") or b""
        if request.get("detached"):
            if kind not in ("sign1", "sign"):
                raise NotImplementedError("pycose detaches signed payloads alone")
            payload, detached = None, payload
        message = self.MESSAGES[kind](phdr=protected, uhdr=unprotected, payload=payload)
        if kind == "sign":
            signers = []
            for signer in request["signers"]:
                alg = {headers.Algorithm: self.algorithm(signer["alg"])}
                kid = octets(signer, "kid")
                own = {} if kid is None else {headers.KID: kid}
                key = self.key(octets(signer, "key"))
                signers.append(CoseSignature(phdr=alg, uhdr=own, external_aad=aad, key=key))
            message.signers = signers
            return message.encode(detached_payload=detached)
        message.external_aad = aad
        if request.get("recipient") is not None:
            message.recipients = [self.recipient(request)]
        if request.get("key") is not None:
            message.key = self.key(octets(request, "key"))
        if kind == "sign1":
            return message.encode(detached_payload=detached)
        return message.encode()

    def read(self, request):
        message = CoseMessage.decode(octets(request, "message"))
        kind = request["kind"]
        if not isinstance(message, self.MESSAGES[kind]):
            raise Refused(f"a {type(message).__name__}")
        aad = octets(request, "aad") or b""
        detached = octets(request, "content")
        if detached is not None and kind not in ("sign1", "sign"):
            raise NotImplementedError("pycose reads detached signed payloads alone")
        if kind == "sign":
            kid = octets(request, "kid")
            signer = next(one for one in message.signers if one.get_attr(headers.KID) == kid)
            signer.external_aad = aad
            signer.key = self.key(octets(request, "key"))
            if not signer.verify_signature(detached_payload=detached):
                raise Refused("the signature does not hold")
            return detached if message.payload is None else message.payload
        message.external_aad = aad
        of = request.get("recipient")
        if of is not None and of["alg"] != DIRECT:
            recipient = message.recipients[0]
            recipient.key = self.key(octets(of, "key"))
            if kind == "encrypt":
                return message.decrypt(recipient)
            content = recipient.compute_cek(message.get_attr(headers.Algorithm), "decrypt")
            message.key = SymmetricKey(k=content.k)
        else:
            message.key = self.key(octets(request, "key"))
        if kind == "encrypt0":
            return message.decrypt()
        if kind == "encrypt":
            return message.decrypt(message.recipients[0])
        holds = (
            message.verify_signature(detached_payload=detached)
            if kind == "sign1"
            else message.verify_tag()
        )
        if not holds:
            raise Refused("it does not hold")
        return detached if message.payload is None else message.payload


def new_rsa_key():
    """A private RSA key with its primes (RFC 8230, 4)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.private_numbers()

    def integer(number):
        return number.to_bytes((number.bit_length() + 7) // 8, "big")

    public = numbers.public_numbers
    return cbor2.dumps({
        1: 3,
        -1: integer(public.n),
        -2: integer(public.e),
        -3: integer(numbers.d),
        -4: integer(numbers.p),
        -5: integer(numbers.q),
        -6: integer(numbers.dmp1),
        -7: integer(numbers.dmq1),
        -8: integer(numbers.iqmp),
    })


class Uswid:
    """The library uswid, which makes and reads software identification tags (RFC 9393)."""

    def make(self, request):
        """A tag with one file; the rest is as `read` gives it."""
        component = uswid.uSwidComponent()
        component.tag_id = request["tag_id"]
        component.tag_version = request["tag_version"]
        component.software_name = request["software_name"]
        component.software_version = request["software_version"]
        entity = uswid.uSwidEntity(name=request["creator"])
        entity.roles = [uswid.uSwidEntityRole.TAG_CREATOR]
        component.add_entity(entity)
        name, size, digest = request["file"]
        payload = uswid.uSwidPayload(name=name, size=size)
        payload.add_hash(uswid.uSwidHash(alg_id=uswid.uSwidHashAlg.SHA256, value=digest))
        component.add_payload(payload)
        return self.form(request).save(uswid.uSwidContainer([component]))

    def read(self, request):
        (component,) = self.form(request).load(octets(request, "message"))
        (entity,) = component.entities
        (payload,) = component.payloads
        (digest,) = payload.hashes
        fields = {
            "tag_id": component.tag_id,
            "tag_version": component.tag_version,
            "software_name": component.software_name,
            "software_version": component.software_version,
            "creator": entity.name,
            "file": [payload.name, payload.size, digest.value],
        }
        return json.dumps(fields).encode()

    def form(self, request):
        forms = {"coswid": uswid.uSwidFormatCoswid, "swid": uswid.uSwidFormatSwid}
        return forms[request["kind"]]()


class Token:
    """CBOR Web Tokens, by the functions that cwt has for them: it checks the dates, too."""

    def make(self, request):
        token = cbor2.loads(octets(request, "payload"))
        signers = [self.key(key, b"signer %d" % n) for n, key in enumerate(request["signers"])]
        if len(signers) > 1:
            each = [cwt.Signer.new(key, {1: key.alg}, {4: key.kid}) for key in signers]
            return cwt.encode_and_sign(token, signers=each, tagged=True)
        content = request.get("key")
        if signers:
            token = cwt.encode_and_sign(token, signers[0], tagged=content is None)
        if content is None:
            return token
        recipients = []
        if request.get("kek") is not None:
            kek = self.key(request["kek"], b"kek")
            recipients.append(cwt.Recipient.new(unprotected={1: kek.alg, 4: kek.kid}, sender_key=kek))
        content = self.key(content, None if recipients else b"content")
        encode = cwt.encode_and_mac if content.alg == 5 else cwt.encode_and_encrypt
        return encode(token, content, recipients=recipients, tagged=True)

    def read(self, request):
        keys = [self.key(key, b"signer %d" % n) for n, key in enumerate(request["signers"])]
        for name, kid in (("kek", b"kek"), ("key", b"content")):
            if request.get(name) is not None:
                keys.append(self.key(request[name], kid))
        claims = cwt.decode(octets(request, "message"), keys)
        return cbor2.dumps(claims, canonical=True)

    def key(self, encoded, kid):
        parameters = cbor2.loads(bytes.fromhex(encoded))
        if kid is not None:
            parameters[2] = kid
        return cwt.COSEKey.new(parameters)


LIBRARIES = {"cwt": Cwt(), "pycose": Pycose(), "uswid": Uswid(), "token": Token()}


def answer(request):
    task = request["do"]
    if task == "rsa":
        return {"key": new_rsa_key().hex()}
    library = LIBRARIES[request["library"]]
    if task == "algorithms":
        return {"algorithms": library.algorithms()}
    if task == "countersign":
        return {"message": library.countersign(request).hex()}
    if task == "counterverify":
        return {"payload": library.counterverify(request).hex()}
    if task == "make":
        return {"message": library.make(request).hex()}
    return {"payload": library.read(request).hex()}


def main():
    for line in sys.stdin:
        try:
            reply = {"ok": True, **answer(json.loads(line))}
        except Exception as error:  # what a library throws when it refuses has no common type
            reply = {"ok": False, "why": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
